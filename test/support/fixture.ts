import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

type Make<T> = () => T | Promise<T>;
type End<T> = (made: T) => void | Promise<void>;

/** A fixture that all tests of a file share: created before the first test, ended after the last. */
export function sharedFixture<T extends object>(make: Make<T>, end: End<T>): T {
  const { proxy, begin, finish } = fixture(make, end);
  beforeAll(begin);
  afterAll(finish);
  return proxy;
}

/** A fixture that is created for each test. */
export function freshFixture<T extends object>(make: Make<T>, end: End<T>): T {
  const { proxy, begin, finish } = fixture(make, end);
  beforeEach(begin);
  afterEach(finish);
  return proxy;
}

interface Fixture<T> {
  /** A proxy with the properties of the fixture, so that a file can declare it before it exists. Do not compare or inspect the proxy. */
  readonly proxy: T;
  readonly begin: () => Promise<void>;
  readonly finish: () => Promise<void>;
}

function fixture<T extends object>(make: Make<T>, end: End<T>): Fixture<T> {
  let made: T | undefined;
  const current = (): T => {
    if (!made) throw new Error('The fixture is used outside of a test: it exists only while tests run');
    return made;
  };
  return {
    proxy: new Proxy<T>(Object.create(null), {
      get: (_target, name) => {
        const value: unknown = Reflect.get(current(), name);
        return typeof value === 'function' ? value.bind(made) : value;
      },
      set: (_target, name, value) => Reflect.set(current(), name, value),
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
