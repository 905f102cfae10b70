import { AssertionError } from 'node:assert';
import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/index.ts';
import { expectDeniedOf } from '../../src/testing/expect-denied.ts';

const FOREIGN = 'arn:aws:s3:::notes/globex/plan';
const at = new Date(0);
const tenantCall = (decision: Call['decision'], operation = 'GetObject'): Call => ({
  service: 's3',
  operation,
  resource: FOREIGN,
  accessKeyId: 'ASIA1',
  tenantSession: 'acme',
  decision,
  at,
});
const { tenantSession: _, ...ownCall } = tenantCall('denied');
const assume = (decision: Call['decision']): Call => ({
  ...ownCall,
  service: 'sts',
  operation: 'AssumeRole',
  resource: 'arn:role',
  decision,
});

/** The error of the AWS SDK for a call that AWS denies. */
const denial = (name = 'AccessDenied', httpStatusCode = 403): Error =>
  Object.assign(new Error('User is not authorized'), { name, $metadata: { httpStatusCode } });

/** Runs `expectDenied` with a callback that makes these calls and then ends as `end` does. */
async function run(made: readonly Call[], end: () => unknown = () => undefined, options = {}): Promise<readonly Call[]> {
  const calls: Call[] = [tenantCall('denied', 'Earlier')];
  return expectDeniedOf(calls)(async () => {
    calls.push(...made);
    return end();
  }, options);
}

function fail(error: Error): () => never {
  return () => {
    throw error;
  };
}

describe('expectDenied', () => {
  it('returns the denied calls of the callback, without earlier ones and without AssumeRole', async () => {
    const denied = tenantCall('denied');
    expect(await run([assume('allowed'), denied])).toEqual([denied]);
  });

  it.each<[string, Error]>([
    ['AccessDenied', denial()],
    ['AccessDeniedException with status 400, as DynamoDB', denial('AccessDeniedException', 400)],
    ['status 403 without a name, as for HeadObject', denial('Unknown')],
    ['a denial as the cause', new Error('cannot read the plan', { cause: denial() })],
    ['an error of an HTTP client for a response of the app', Object.assign(new Error('404'), { response: { status: 404 } })],
  ])('accepts a callback that fails with %s', async (_, error) => {
    expect(await run([tenantCall('denied')], fail(error))).toHaveLength(1);
  });

  it('accepts a tenant session that is denied AssumeRole', async () => {
    expect(await run([{ ...assume('denied'), tenantSession: 'acme' }], fail(denial()))).toHaveLength(1);
  });

  it.each<[string, readonly Call[], () => unknown, string]>([
    ['that makes no call', [], () => undefined, 'AWS received no call that it could deny'],
    [
      'that throws a TypeError before it makes a call',
      [],
      fail(new TypeError('x is not a function')),
      'failed with TypeError: x is not a function',
    ],
    ['that throws a denial which AWS did not make', [], fail(denial()), 'AWS received no call that it could deny'],
    ['that only gets credentials', [assume('allowed')], () => undefined, 'AWS received no call that it could deny'],
    ['that gets no credentials', [assume('denied')], fail(denial()), 'the app got no credentials: AWS denied AssumeRole on arn:role'],
    ['whose call is allowed', [tenantCall('allowed')], () => undefined, `AWS allowed GetObject on ${FOREIGN} for the session acme`],
    [
      'whose call is allowed and finds nothing',
      [tenantCall('allowed')],
      fail(denial('NoSuchKey', 404)),
      `AWS allowed GetObject on ${FOREIGN}`,
    ],
    [
      'with an allowed call beside a denied one',
      [tenantCall('denied', 'PutItem'), tenantCall('allowed')],
      fail(denial()),
      "and denied only PutItem on arn:aws:s3:::notes/globex/plan for the session acme. If GetObject may be allowed, add { allowed: ['GetObject'] }",
    ],
    ['whose call is refused', [tenantCall('refused')], fail(denial('NotImplemented', 501)), 'the local AWS refused GetObject'],
    ['with a refused call beside a denied one', [tenantCall('denied'), tenantCall('refused')], fail(denial()), 'the local AWS refused'],
    ['whose response is a fault', [tenantCall('fault')], fail(denial()), 'a fault that the test injected'],
    ['that signs with the own credentials of the app', [ownCall], fail(denial()), "signed with the app's own credentials"],
    [
      'that fails with a TypeError after a denied call',
      [tenantCall('denied')],
      fail(new TypeError('x is not a function')),
      'but the callback failed with another error. The callback failed with TypeError: x is not a function',
    ],
    [
      'that fails with a validation error after a denied call',
      [tenantCall('denied')],
      fail(denial('ValidationException', 400)),
      'failed with another error',
    ],
    [
      'that fails with a 404 of AWS after a denied call',
      [tenantCall('denied')],
      fail(denial('NoSuchKey', 404)),
      'failed with another error',
    ],
  ])('fails for a callback %s', async (_, calls, end, message) => {
    const error: unknown = await run(calls, end).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AssertionError);
    expect((error as Error).message).toContain(message);
  });

  it('reports the error of the callback as the cause', async () => {
    const cause = new TypeError('x is not a function');
    await expect(run([], fail(cause))).rejects.toMatchObject({ cause });
  });

  it('fails for a callback that throws before it returns a promise, or throws a value that is not an error', async () => {
    const failing = () => {
      throw 'text'; // oxlint-disable-line no-throw-literal -- what a callback may do
    };
    await expect(expectDeniedOf([])(failing)).rejects.toThrow('The callback failed with text');
  });

  it('accepts the named operations to be allowed, but needs a denied call too', async () => {
    const own = tenantCall('allowed', 'GetItem');
    expect(await run([own, tenantCall('denied')], undefined, { allowed: ['GetItem'] })).toEqual([tenantCall('denied')]);
    await expect(run([own], undefined, { allowed: ['GetItem'] })).rejects.toThrow('AWS received no call that it could deny');
    await expect(run([own, tenantCall('allowed')], undefined, { allowed: ['GetItem'] })).rejects.toThrow('AWS allowed GetObject');
  });

  it('counts the calls of its own callback, also if the list of calls is emptied in it', async () => {
    const calls: Call[] = [tenantCall('denied')];
    const emptied = expectDeniedOf(calls)(() => void calls.splice(0));
    await expect(emptied).rejects.toThrow('AWS received no call');
  });

  it('refuses to run twice at the same time: one denied call would count for both', async () => {
    const calls: Call[] = [];
    const expectDenied = expectDeniedOf(calls);
    const first = expectDenied(() => void calls.push(tenantCall('denied')));
    await expect(expectDenied(() => undefined)).rejects.toThrow('another `expectDenied` is running: await each of them');
    expect(await first).toHaveLength(1);
    await expect(expectDenied(() => undefined)).rejects.toThrow('AWS received no call');
  });

  it('refuses a promise: its calls are made before they can be recorded', async () => {
    const expectDenied = expectDeniedOf([]) as unknown as (run: unknown) => Promise<unknown>;
    await expect(expectDenied(Promise.resolve())).rejects.toThrow('`expectDenied` needs a function');
  });
});
