import type { Clock } from '../src/clock.ts';

/** A clock that moves only when a test moves it. The wall clock can also be set alone. */
export class SettableClock implements Clock {
  #wall: number;
  #monotonic = 0;

  constructor(wall: number = Date.now()) {
    this.#wall = wall;
  }

  /** Sets the clock back to its start, so that several tests can use it. */
  restart(): void {
    this.#wall = Date.now();
    this.#monotonic = 0;
  }

  now(): { wall: number; monotonic: number } {
    return { wall: this.#wall, monotonic: this.#monotonic };
  }

  pass(ms: number): void {
    this.#wall += ms;
    this.#monotonic += ms;
  }

  /** As when the host sleeps, or the clock is set. */
  setWall(byMs: number): void {
    this.#wall += byMs;
  }
}
