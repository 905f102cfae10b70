import { StsUnavailableError } from '../errors.ts';
import { RETRY, type OutcomeKind } from './sts-failure.ts';
import { Turns } from './turns.ts';

/** What a call waits for turns, with all its attempts. */
const LONGEST_WAIT_MS = 5_000;
const MAX_TURNS = 3;
/** Seconds after which a caller who found no turn comes back at the latest. */
const LONGEST_RETRY_SECONDS = 60;

/** The way to STS: each call waits for its turn, at most five seconds. Whose turn it is, {@link Turns} knows. */
export class AssumeQueue {
  readonly #turns: Turns<() => void>;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;

  /** @param now milliseconds that never go back: the waits are real time, whatever else the clock of the machine is */
  constructor(slots: number, now: () => number = () => performance.now()) {
    this.#turns = new Turns(slots);
    this.#now = now;
  }

  /** Calls that wait for their turn. */
  get waiting(): number {
    return this.#turns.waiting;
  }

  /**
   * Runs `call` when its turn has come, and again where STS throttled it, at most three times.
   *
   * @param signal ends the wait; a call that has begun must heed it by itself
   * @throws the signal's reason
   * @throws {@link StsUnavailableError} no turn within five seconds, in all; or a thousand calls of this tenant wait already
   */
  async run<T extends { readonly kind: OutcomeKind }>(tenantId: string, call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    let patienceMs = LONGEST_WAIT_MS;
    for (let turn = 1; ; turn += 1) {
      signal.throwIfAborted();
      const arrivedAt = this.#now();
      if (!this.#turns.tryEnter(tenantId, arrivedAt)) await this.#turn(tenantId, patienceMs, signal);
      patienceMs = Math.max(0, patienceMs - (this.#now() - arrivedAt));
      const outcome = await this.#entered(tenantId, call);
      if (RETRY[outcome.kind] !== 'in-a-new-turn' || turn >= MAX_TURNS) return outcome;
    }
  }

  async #entered<T extends { readonly kind: OutcomeKind }>(tenantId: string, call: () => Promise<T>): Promise<T> {
    const sentAt = this.#now();
    try {
      const outcome = await call();
      this.#turns.heard(outcome.kind, this.#now(), sentAt);
      return outcome;
    } finally {
      this.#turns.leave(tenantId);
      this.#advance();
    }
  }

  #turn(tenantId: string, patienceMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const ended = (): void => {
        clearTimeout(late);
        signal.removeEventListener('abort', aborted);
      };
      const admit = (): void => {
        ended();
        resolve();
      };
      const refuse = (reason: Error): void => {
        ended();
        this.#turns.quit(tenantId, admit);
        reject(reason);
      };
      const aborted = (): void => refuse(signal.reason as Error);
      const late = setTimeout(() => refuse(this.#tooMany()), patienceMs);
      signal.addEventListener('abort', aborted);
      if (this.#turns.join(tenantId, admit)) this.#advance();
      else refuse(this.#tooMany());
    });
  }

  /** Those who found no turn come back one after the other, at the rate that STS takes them, not all at once. */
  #tooMany(): StsUnavailableError {
    const retryAfterSeconds = 1 + Math.random() * Math.min(this.#turns.drainSeconds, LONGEST_RETRY_SECONDS);
    return new StsUnavailableError('too many calls to STS wait for their turn', { retryAfterSeconds });
  }

  /** Gives turns while there are any; comes back by itself when the pace will have one. */
  #advance(): void {
    for (let next = this.#turns.next(this.#now()); next !== undefined; next = this.#turns.next(this.#now())) {
      if ('waitMs' in next) return this.#later(next.waitMs);
      next.waiter();
    }
  }

  #later(waitMs: number): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#advance();
    }, Math.ceil(waitMs));
  }
}
