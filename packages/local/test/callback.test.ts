import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import { aborted, CallbackRunner } from '../src/services/callback.ts';

const hostileError = Object.defineProperty(new Error('x'), 'message', {
  get() {
    throw new Error('hostile');
  },
});
const hostileProxy = new Proxy(
  {},
  {
    getPrototypeOf() {
      throw new Error('hostile');
    },
  },
);
const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;

describe('a callback', () => {
  it.each<[string, unknown, string]>([
    ['an object', { a: [1, null] }, '{"a":[1,null]}'],
    ['a promise', Promise.resolve('x'), '"x"'],
    ['undefined', undefined, 'null'],
    ['a function', () => 1, 'null'],
    ['NaN', Number.NaN, 'null'],
    ['a date', new Date(0), '"1970-01-01T00:00:00.000Z"'],
  ])('returns %s as JSON', async (_, result, json) => {
    expect(await new CallbackRunner().run(() => result)).toEqual({ json });
  });

  it.each<[string, unknown]>([
    ['a BigInt', 1n],
    ['a cyclic object', cyclic],
    [
      'an object whose toJSON throws',
      {
        toJSON: () => {
          throw new Error('hunter2');
        },
      },
    ],
  ])('fails where it returns %s', async (_, result) => {
    const error = { errorType: 'Runtime.MarshalError', errorMessage: 'Unable to stringify response body' };
    expect(await new CallbackRunner().run(() => result)).toEqual(error);
  });

  it.each<[string, unknown, string, string]>([
    ['an error', new TypeError('wrong'), 'TypeError', 'wrong'],
    ['an error whose name is a number', Object.assign(new Error('wrong'), { name: 5 }), '5', 'wrong'],
    ['a text', 'wrong', 'string', 'wrong'],
    ['null', null, 'object', 'null'],
    ['undefined', undefined, 'undefined', 'undefined'],
    ['a symbol', Symbol('a'), 'symbol', 'Symbol(a)'],
    ['an object without a prototype', Object.create(null), 'Error', 'The callback threw a value that cannot be converted to text'],
    ['an error whose message throws', hostileError, 'Error', 'The callback threw a value that cannot be converted to text'],
    ['a proxy that throws', hostileProxy, 'Error', 'The callback threw a value that cannot be converted to text'],
  ])('fails where it throws or rejects with %s', async (_, thrown, errorType, errorMessage) => {
    const runner = new CallbackRunner();
    const throwing = (): never => {
      throw thrown;
    };
    expect(await runner.run(throwing)).toEqual({ errorType, errorMessage });
    // oxlint-disable-next-line prefer-promise-reject-errors -- a callback can reject with any value
    expect(await runner.run(() => Promise.reject(thrown))).toEqual({ errorType, errorMessage });
  });

  it('runs in the asynchronous context of the runner, not in that of the call', async () => {
    const tenant = new AsyncLocalStorage<string>();
    const runner = tenant.run('start', () => new CallbackRunner());
    const read = async (): Promise<unknown> => {
      await Promise.resolve();
      return tenant.getStore();
    };
    expect(await tenant.run('globex', () => runner.run(read))).toEqual({ json: '"start"' });
    // oxlint-disable-next-line unicorn/no-thenable -- a callback can return any value
    const thenable = { then: (resolve: (value: unknown) => void) => resolve(tenant.getStore()) };
    expect(await tenant.run('globex', () => runner.run(() => thenable))).toEqual({ json: '"start"' });
  });
});

describe('aborted', () => {
  it('resolves for a signal that is aborted before and after', async () => {
    const controller = new AbortController();
    const later = aborted(controller.signal);
    controller.abort();
    await Promise.all([later, aborted(controller.signal)]);
  });
});
