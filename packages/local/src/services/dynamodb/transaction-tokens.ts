import { createHash } from 'node:crypto';
import type { JsonObject } from '@tenant-aws/policy/json';
import { AwsError } from '../service.ts';

const LIFE_MS = 10 * 60 * 1000;

/** The idempotency of ClientRequestToken: a transaction that is repeated within ten minutes is executed once. */
export class TransactionTokens {
  readonly #done = new Map<string, { readonly digest: string; readonly at: number; readonly result: unknown }>();

  /** Identifies a transaction by its parameters. Call it before the transaction is executed, which changes them. */
  digest(parameters: JsonObject): string {
    return createHash('sha256').update(JSON.stringify(parameters)).digest('base64');
  }

  /**
   * Runs `work`, or returns its earlier result if the same transaction was executed with the same token.
   *
   * @throws {@link AwsError} IdempotentParameterMismatchException for another transaction with the same token
   */
  once(token: string | undefined, digest: string, now: Date, work: () => unknown): unknown {
    if (token === undefined) return work();
    this.#forget(now.getTime() - LIFE_MS);
    const done = this.#done.get(token);
    if (done === undefined) {
      const result = work();
      this.#done.set(token, { digest, at: now.getTime(), result });
      return result;
    }
    if (done.digest === digest) return done.result;
    throw new AwsError(
      'IdempotentParameterMismatchException',
      400,
      'Request parameters do not match an earlier request with the same token',
    );
  }

  #forget(before: number): void {
    for (const [token, { at }] of this.#done) if (at < before) this.#done.delete(token);
  }
}
