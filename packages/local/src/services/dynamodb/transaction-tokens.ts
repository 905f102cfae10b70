import { createHash } from 'node:crypto';
import type { JsonObject } from '../../strict-json.ts';
import { AwsError } from '../service.ts';

const LIFE_MS = 10 * 60 * 1000;

/** What ClientRequestToken does: a transaction that is sent again within ten minutes happened once. */
export class TransactionTokens {
  readonly #done = new Map<string, { readonly digest: string; readonly at: number; readonly result: unknown }>();

  /** What makes two transactions the same, taken before they are executed. */
  digest(parameters: JsonObject): string {
    return createHash('sha256').update(JSON.stringify(parameters)).digest('base64');
  }

  /**
   * Runs `work` unless the same transaction was done under the same token.
   *
   * @throws {@link AwsError} IdempotentParameterMismatchException for another transaction under the same token
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
