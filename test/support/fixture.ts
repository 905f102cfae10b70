import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

type Make<T> = () => T | Promise<T>;
type End<T> = (made: T) => void | Promise<void>;

/** What all tests of a file share: made before the first of them, ended after the last. */
export function sharedFixture<T extends object>(make: Make<T>, end: End<T>): T {
  const { standIn, begin, finish } = fixture(make, end);
  beforeAll(begin);
  afterAll(finish);
  return standIn;
}

/** What each test has anew. */
export function freshFixture<T extends object>(make: Make<T>, end: End<T>): T {
  const { standIn, begin, finish } = fixture(make, end);
  beforeEach(begin);
  afterEach(finish);
  return standIn;
}

interface Fixture<T> {
  /** Has the properties of what was made, so that a file can name it before it is there. Not that itself: nothing to inspect or compare. */
  readonly standIn: T;
  readonly begin: () => Promise<void>;
  readonly finish: () => Promise<void>;
}

function fixture<T extends object>(make: Make<T>, end: End<T>): Fixture<T> {
  let made: T | undefined;
  const there = (): T => {
    if (!made) throw new Error('a fixture is there within tests only');
    return made;
  };
  return {
    standIn: new Proxy<T>(Object.create(null), {
      get: (_target, name) => {
        const value: unknown = Reflect.get(there(), name);
        return typeof value === 'function' ? value.bind(made) : value;
      },
      set: (_target, name, value) => Reflect.set(there(), name, value),
    }),
    begin: async () => {
      made = await make();
    },
    finish: async () => {
      const ended = made;
      made = undefined;
      if (ended) await end(ended);
    },
  };
}
