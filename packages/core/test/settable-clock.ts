import type { Clock } from '../src/clock.ts';

/** A clock that goes when it is told to; the wall clock may also be set by itself, or both may stand apart from the start. */
export class SettableClock implements Clock {
  #wall: number;
  #monotonic = 0;

  constructor(wall: number = Date.now()) {
    this.#wall = wall;
  }

  /** As new, so that one clock serves test after test. */
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

  /** The machine sleeps, or somebody sets the clock. */
  setWall(byMs: number): void {
    this.#wall += byMs;
  }
}
