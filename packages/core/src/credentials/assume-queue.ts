import { StsUnavailableError } from '../errors.ts';

const LONGEST_WAIT_MS = 5_000;

interface Waiter {
  readonly admit: () => void;
  readonly timer: NodeJS.Timeout;
}

/** How many calls to STS may be under way at once. Who finds no slot waits his turn, first come first served. */
export class AssumeQueue {
  readonly #slots: number;
  readonly #waiting = new Set<Waiter>();
  #busy = 0;

  constructor(slots: number) {
    this.#slots = slots;
  }

  /** Calls that wait for a slot. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Runs `call` in a slot.
   *
   * @throws {@link StsUnavailableError} no slot within five seconds
   */
  async run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#busy < this.#slots) this.#busy += 1;
    else await this.#turn();
    try {
      return await call();
    } finally {
      this.#leave();
    }
  }

  #turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(waiter);
        reject(new StsUnavailableError('too many calls to STS are under way'));
      }, LONGEST_WAIT_MS);
      const waiter: Waiter = { admit: resolve, timer };
      this.#waiting.add(waiter);
    });
  }

  /** A slot goes from hand to hand: it is free only where nobody waits. */
  #leave(): void {
    for (const waiter of this.#waiting) {
      this.#waiting.delete(waiter);
      clearTimeout(waiter.timer);
      return waiter.admit();
    }
    this.#busy -= 1;
  }
}
