import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import { within } from '../deadline.ts';
import { digestOf } from '../digest.ts';
import { StsUnavailableError } from '../errors.ts';
import { channels } from '../events.ts';
import { AssumeQueue } from './assume-queue.ts';
import { type Assumed, type AssumeRequest, assumeRole } from './assume-role.ts';
import { type Grant, requestOf } from './grants.ts';
import type { Revocations } from './revocations.ts';
import { type OpenSts, renewBaseCredentials, type StsAccess } from './sts-client.ts';
import { RETRY, type StsFailure } from './sts-failure.ts';
import type { VendedKeys } from './vended-keys.ts';

export interface AssumerSettings {
  readonly sts: StsAccess;
  /** Milliseconds for one AssumeRole with all its attempts, without the waits for a turn. */
  readonly assumeTimeoutMs: number;
  readonly maxConcurrentAssumes: number;
}

/** Credentials from STS whose access key the signature guard knows. */
export interface Issued extends Assumed {
  /** SHA-256 of the session policy that was sent. */
  readonly policyDigest: string;
}

/** Attempts in one turn. */
const MAX_ATTEMPTS = 3;
const FIRST_BACKOFF_MS = 100;
/** From this use of the session token on there is a warning: with a longer tenant id or one more template, STS refuses. */
const WARNING_PERCENT = 75;

/** Gets credentials for a grant from STS: waits for a turn, repeats failed calls, and registers the access key. */
export class Assumer {
  readonly #sts: StsAccess;
  readonly #timeoutMs: number;
  readonly #queue: AssumeQueue;
  readonly #keys: VendedKeys;
  readonly #revocations: Revocations;
  readonly #clock: Clock;
  #closed = false;

  constructor({ sts, assumeTimeoutMs, maxConcurrentAssumes }: AssumerSettings, keys: VendedKeys, revocations: Revocations, clock: Clock) {
    this.#sts = sts;
    this.#timeoutMs = assumeTimeoutMs;
    this.#queue = new AssumeQueue(maxConcurrentAssumes);
    this.#keys = keys;
    this.#revocations = revocations;
    this.#clock = clock;
  }

  /** Calls that wait for their turn. */
  get waiting(): number {
    return this.#queue.waiting;
  }

  /**
   * @returns the credentials, or the failure of the last attempt
   * @throws {@link TenantRevokedError} the tenant is revoked before the credentials have arrived
   * @throws {@link StsUnavailableError} no turn in time, or the token vending machine is closed
   * @throws {@link PolicyTooLargeError} the session policy has over 2,048 characters
   */
  async assume(grant: Grant, region: string): Promise<Issued | StsFailure> {
    this.assertOpen();
    const { tenantId } = grant;
    const request = requestOf(grant, region);
    return this.#revocations.whileAdmitted(tenantId, async (revoked) => {
      const generation = this.#revocations.generationOf(tenantId);
      const outcome = await this.#send(await this.#sts.open(), tenantId, request, revoked);
      revoked.throwIfAborted();
      if (outcome.kind !== 'assumed') return outcome;
      // INVARIANT: access keys are registered with the guard only here, for the tenant whose policy was sent.
      this.#keys.add(outcome.accessKeyId, outcome.life, tenantId, generation);
      publishUtilisation(tenantId, outcome.tokenUtilisation);
      return { ...outcome, policyDigest: digestOf(request.policy) };
    });
  }

  /**
   * Calls AssumeRole for a grant and drops the credentials: they are not returned, and their access key is not registered, so that
   * the signature guard lets no client use it.
   *
   * @returns the failure of the last attempt
   * @throws {@link StsUnavailableError} {@link PolicyTooLargeError} as `assume`
   */
  async probe(grant: Grant, region: string): Promise<StsFailure | undefined> {
    this.assertOpen();
    const outcome = await this.#send(await this.#sts.open(), grant.tenantId, requestOf(grant, region), new AbortController().signal);
    return outcome.kind === 'assumed' ? undefined : outcome;
  }

  /** @throws {@link StsUnavailableError} closed. A request that comes while the server shuts down can succeed on another host */
  assertOpen(): void {
    if (this.#closed) throw new StsUnavailableError('the token vending machine is closed: close the server before it');
  }

  /** Starts no more calls. Pending calls finish. */
  close(): void {
    this.#closed = true;
  }

  /** One deadline covers the attempts of all turns. The waits for a turn have a limit of their own. */
  #send(sts: OpenSts, tenantId: string, request: AssumeRequest, revoked: AbortSignal): Promise<Assumed | StsFailure> {
    let leftMs = this.#timeoutMs;
    const turn = async (): Promise<Assumed | StsFailure> => {
      const startedAt = performance.now();
      const outcome = await within<Assumed | StsFailure>(
        leftMs,
        (late) => this.#attempts(sts, request, AbortSignal.any([late, revoked])),
        () => ({ kind: 'transient', error: new StsUnavailableError(`STS did not answer within ${leftMs} ms`) }),
      );
      leftMs = Math.max(1, Math.ceil(leftMs - (performance.now() - startedAt)));
      return outcome;
    };
    return this.#queue.run(tenantId, turn, revoked);
  }

  /** The attempts of one turn. */
  async #attempts(sts: OpenSts, request: AssumeRequest, signal: AbortSignal): Promise<Assumed | StsFailure> {
    let renewed = false;
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await assumeRole(sts, request, this.#clock, signal);
      const retry = signal.aborted ? 'never' : RETRY[outcome.kind];
      if (retry === 'after-backoff' && attempt < MAX_ATTEMPTS) {
        await sleep(Math.random() * FIRST_BACKOFF_MS * 2 ** (attempt - 1), undefined, { signal }).catch(() => undefined);
      } else if (retry === 'with-new-base-credentials' && !renewed) {
        renewed = true;
        await renewBaseCredentials(sts);
      } else {
        return outcome;
      }
      if (signal.aborted) return outcome;
    }
  }
}

function publishUtilisation(tenantId: string, percent: number | undefined): void {
  if (percent === undefined || percent < WARNING_PERCENT || !channels.warning.hasSubscribers) return;
  channels.warning.publish({ kind: 'token_utilisation', tenantId, percent });
}
