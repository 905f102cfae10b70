/** Random numbers that are the same for the same seed. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** An integer from 0 to n - 1. */
  below(n: number): number {
    return this.#next() % n;
  }

  /** A number from 0 to less than 1. */
  fraction(): number {
    return this.#next() / 4_294_967_296;
  }

  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0];
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  text(alphabet: readonly [string, ...string[]], min: number, max: number): string {
    return Array.from({ length: min + this.below(max - min + 1) }, () => this.pick(alphabet)).join('');
  }

  /** mulberry32 */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }
}
