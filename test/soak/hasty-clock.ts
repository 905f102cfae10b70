/** A clock that runs so many times faster than ours: credentials of fifteen minutes live but moments. */
export class HastyClock {
  readonly #haste: number;
  readonly #epoch = Date.now();
  readonly #start = performance.now();
  #skipped = 0;

  constructor(haste: number) {
    this.#haste = haste;
  }

  now(): { wall: number; monotonic: number } {
    const passed = (performance.now() - this.#start) * this.#haste + this.#skipped;
    return { wall: this.#epoch + passed, monotonic: passed };
  }

  /** So much time is over at once. */
  skip(ms: number): void {
    this.#skipped += ms;
  }
}
