import type { STSClient } from '@aws-sdk/client-sts';
import { ConfigurationError } from '@tenant-aws/policy';
import type { Clock } from '../clock.ts';
import { within } from '../deadline.ts';
import { StsUnavailableError } from '../errors.ts';
import { AssumeQueue } from './assume-queue.ts';
import { type Assumed, type AssumeRequest, assumeRole } from './assume-role.ts';
import { judgeStsFailure, type StsFailure } from './sts-failure.ts';

/** The STS client, and the calls that wait for it. */
export class StsAccess {
  readonly #sts: STSClient;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #queue: AssumeQueue;

  /** @param timeoutMs milliseconds for one AssumeRole with all its attempts, and for the base credentials */
  constructor(sts: STSClient, clock: Clock, timeoutMs: number, maxConcurrent: number) {
    this.#sts = sts;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#queue = new AssumeQueue(maxConcurrent);
  }

  /** Calls that wait for their turn. */
  get waiting(): number {
    return this.#queue.waiting;
  }

  /**
   * The region of the client.
   *
   * @throws {@link ConfigurationError} there is none
   */
  async region(): Promise<string> {
    try {
      return await this.#sts.config.region();
    } catch (cause) {
      throw new ConfigurationError(
        ['`AWS_REGION` is not set, and neither the STS client nor the shared configuration of AWS has a region'],
        { cause },
      );
    }
  }

  /**
   * That there is something to sign AssumeRole with.
   *
   * @throws {@link StsUnavailableError} no base credentials, or none in time
   */
  async ready(): Promise<void> {
    const failure = await within<StsFailure | undefined>(
      this.#timeoutMs,
      () => this.#sts.config.credentials().then(() => undefined, judgeStsFailure),
      () => ({ kind: 'base-missing', error: new StsUnavailableError(`the base credentials did not come within ${this.#timeoutMs} ms`) }),
    );
    if (failure !== undefined) throw failure.error;
  }

  /**
   * Calls AssumeRole when it is the tenant's turn.
   *
   * @param signal ends the wait, and the call
   * @throws the signal's reason
   * @throws {@link StsUnavailableError} no turn in time
   */
  assume(tenantId: string, request: AssumeRequest, signal: AbortSignal): Promise<Assumed | StsFailure> {
    let timeoutMs = this.#timeoutMs;
    const call = async (): Promise<Assumed | StsFailure> => {
      const sentAt = performance.now();
      const outcome = await assumeRole(this.#sts, request, this.#clock, { timeoutMs, signal });
      timeoutMs = Math.max(1, Math.ceil(timeoutMs - (performance.now() - sentAt))); // of which a throttled call has less, the next time
      return outcome;
    };
    return this.#queue.run(tenantId, call, signal);
  }
}
