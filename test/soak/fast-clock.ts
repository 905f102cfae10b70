/** A clock that runs `factor` times faster than real time, so that credentials of 15 minutes expire in seconds. */
export class FastClock {
  readonly #factor: number;
  readonly #epoch = Date.now();
  readonly #start = performance.now();
  #skipped = 0;

  constructor(factor: number) {
    this.#factor = factor;
  }

  now(): { wall: number; monotonic: number } {
    const passed = (performance.now() - this.#start) * this.#factor + this.#skipped;
    return { wall: this.#epoch + passed, monotonic: passed };
  }

  skip(ms: number): void {
    this.#skipped += ms;
  }
}
