import * as clientLambda from '@aws-sdk/client-lambda';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { LambdaContext } from '../../src/index.ts';
import { lambdaService } from '../../src/services/lambda/index.ts';
import { modelOf } from '../client-schema.ts';
import { type HarnessResponse, type ServiceHarness, serviceHarness } from '../service-harness.ts';

const MB = 1024 * 1024;
const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:';

let seen: [event: unknown, context: LambdaContext][];
let harness: ServiceHarness;
beforeEach(() => {
  // An invocation of the previous test can run later.
  const ofThisTest: typeof seen = [];
  seen = ofThisTest;
  const functions = {
    echo(event: unknown, context: LambdaContext) {
      ofThisTest.push([event, context]);
      return event;
    },
    fails() {
      throw new RangeError('no such order');
    },
    large: () => 'x'.repeat(6 * MB),
    constructor: () => 'own',
    hangs: () => new Promise(() => {}),
  };
  harness = serviceHarness(lambdaService({ account: '000000000000', region: 'us-east-1', functions }));
});

type Headers = Readonly<Record<string, string>>;
async function post(path: string, body: string | Uint8Array = '{}', headers: Headers = {}, method = 'POST'): Promise<HarnessResponse> {
  return harness.send(headers, body, { path, method });
}
const invoke = (name: string, body?: string | Uint8Array, headers?: Headers) =>
  post(`/2015-03-31/functions/${name}/invocations`, body, headers);
const errorOf = ({ status, headers }: HarnessResponse) => [status, headers['x-amzn-errortype']];

describe('Invoke', () => {
  it('runs the function with the payload, and returns its result', async () => {
    const { status, headers, body } = await invoke('echo', '{"order":1}');
    expect([status, headers['x-amz-executed-version'], body.toString()]).toEqual([200, '$LATEST', '{"order":1}']);
    expect(headers).not.toHaveProperty('x-amz-function-error');
    const context = {
      functionName: 'echo',
      functionVersion: '$LATEST',
      invokedFunctionArn: `${ARN}echo`,
      awsRequestId: expect.any(String),
    };
    expect(seen).toEqual([[{ order: 1 }, context]]);
  });

  it.each([
    ['echo', `${ARN}echo`],
    ['echo%3A%24LATEST', `${ARN}echo:$LATEST`],
    ['000000000000%3Afunction%3Aecho', `${ARN}echo`],
    ['000000000000:function:echo:$LATEST', `${ARN}echo:$LATEST`],
    [encodeURIComponent(`${ARN}echo`), `${ARN}echo`],
    [encodeURIComponent(`${ARN}echo:$LATEST`), `${ARN}echo:$LATEST`],
  ])('accepts the name %s', async (name, arn) => {
    expect((await invoke(name)).status).toBe(200);
    expect(harness.iamRequests).toEqual([{ action: 'lambda:InvokeFunction', resource: arn, context: {} }]);
    expect(seen).toMatchObject([[{}, { functionName: 'echo', invokedFunctionArn: arn }]]);
  });

  it.each<[string, string, number, string]>([
    ['a path in the name', '..%2Fecho', 400, 'ValidationException'],
    ['an encoded slash', 'acme%2fecho', 400, 'ValidationException'],
    ['a double encoding', '%252e%252e', 400, 'ValidationException'],
    ['a NUL', 'echo%00', 400, 'ValidationException'],
    ['a new line', 'echo%0A', 400, 'ValidationException'],
    ['a space', 'echo%20', 400, 'ValidationException'],
    ['a letter outside ASCII', 'écho', 400, 'ValidationException'],
    ['a long name', 'x'.repeat(65), 400, 'ValidationException'],
    ['a wildcard', '*', 400, 'ValidationException'],
    ['a wildcard in an ARN', encodeURIComponent(`${ARN}*`), 400, 'ValidationException'],
    ['an ARN of another service', encodeURIComponent(ARN.replace('lambda', 'states')), 400, 'ValidationException'],
    ['an account of 11 digits', '00000000000:function:echo', 400, 'ValidationException'],
    ['another account', '111111111111:function:echo', 403, 'AccessDeniedException'],
    ['another account in an ARN', encodeURIComponent(`${ARN.replace('0000', '1111')}echo`), 403, 'AccessDeniedException'],
    ['another region', encodeURIComponent(`${ARN.replace('us', 'eu')}echo`), 403, 'AccessDeniedException'],
    ['another partition', encodeURIComponent(`${ARN.replace('aws', 'aws-cn')}echo`), 403, 'AccessDeniedException'],
    ['an unknown function', 'other', 404, 'ResourceNotFoundException'],
    ['the name of a prototype', '__proto__', 404, 'ResourceNotFoundException'],
    ['the method of a prototype', 'toString', 404, 'ResourceNotFoundException'],
    ['an unknown version', 'echo:1', 404, 'ResourceNotFoundException'],
    ['an unknown alias', 'echo:prod', 404, 'ResourceNotFoundException'],
  ])('rejects %s', async (_, name, status, code) => {
    const response = await invoke(name);
    expect(errorOf(response)).toEqual([status, code]);
    expect(JSON.parse(response.body.toString())).toMatchObject({ Type: 'User', Message: expect.any(String) });
    expect(seen).toEqual([]);
  });

  it('runs a function with the name of a prototype only if it exists', async () => {
    expect((await invoke('constructor')).body.toString()).toBe('"own"');
  });

  it.each<[string, string | Uint8Array, number, string]>([
    ['no JSON', '{', 400, 'InvalidRequestContentException'],
    ['a key twice', '{"tenant":"acme","tenant":"globex"}', 400, 'InvalidRequestContentException'],
    ['the key __proto__', '{"__proto__":{"admin":true}}', 400, 'InvalidRequestContentException'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400, 'InvalidRequestContentException'],
    ['a byte order mark', '\ufeff{}', 400, 'InvalidRequestContentException'],
    ['a lone surrogate', '"\\ud800"', 400, 'InvalidRequestContentException'],
    ['NaN', 'NaN', 400, 'InvalidRequestContentException'],
    ['129 levels', '['.repeat(129) + ']'.repeat(129), 400, 'InvalidRequestContentException'],
    ['6 MB and one byte', `"${'x'.repeat(6 * MB - 1)}"`, 413, 'RequestTooLargeException'],
  ])('rejects a payload of %s', async (_, payload, status, code) => {
    expect(errorOf(await invoke('echo', payload))).toEqual([status, code]);
    expect([seen, harness.iamRequests]).toEqual([[], []]);
  });

  it.each<[string, string, unknown]>([
    ['no bytes', '', {}],
    ['a text', '"x"', 'x'],
    ['null', 'null', null],
    ['a list', '[1]', [1]],
  ])('accepts a payload of %s', async (_, payload, event) => {
    expect((await invoke('echo', payload)).status).toBe(200);
    expect(seen).toMatchObject([[event, {}]]);
  });

  it('passes objects with a prototype, as JSON.parse returns them', async () => {
    await invoke('echo', '{"a":{}}');
    expect(seen[0]?.[0]).toStrictEqual({ a: {} });
  });

  it('accepts a payload of 6 MB', async () => {
    expect((await invoke('echo', `"${'x'.repeat(6 * MB - 2)}"`)).status).toBe(200);
  });

  it('reports an error of the function with status 200', async () => {
    const { status, headers, body } = await invoke('fails');
    expect([status, headers['x-amz-function-error']]).toEqual([200, 'Unhandled']);
    expect(JSON.parse(body.toString())).toEqual({ errorType: 'RangeError', errorMessage: 'no such order' });
  });

  it('reports a result over 6 MB as an error of the function', async () => {
    const { headers, body } = await invoke('large');
    expect(headers['x-amz-function-error']).toBe('Unhandled');
    expect(JSON.parse(body.toString())).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
  });

  it('ends the request of a function that never settles when the client has disconnected', async () => {
    const gone = new AbortController();
    const path = '/2015-03-31/functions/hangs/invocations';
    const response = harness.send({}, '{}', { path, gone: gone.signal });
    gone.abort();
    expect(errorOf(await response)).toEqual([500, 'ServiceException']);
  });

  it('passes the client context, and returns an empty log with `Tail`', async () => {
    const context = Buffer.from('{"custom":{"a":1}}').toString('base64');
    const { headers } = await invoke('echo', '{}', { 'x-amz-client-context': context, 'x-amz-log-type': 'Tail' });
    expect(headers['x-amz-log-result']).toBe('');
    expect(seen).toMatchObject([[{}, { clientContext: { custom: { a: 1 } } }]]);
  });

  it.each<[string, string, string, string]>([
    ['an invocation type', 'x-amz-invocation-type', 'event', 'ValidationException'],
    ['a log type', 'x-amz-log-type', 'Head', 'ValidationException'],
    ['a client context that is not base64', 'x-amz-client-context', '{}', 'InvalidRequestContentException'],
    ['a client context that is not JSON', 'x-amz-client-context', 'eA==', 'InvalidRequestContentException'],
    ['a client context that is a list', 'x-amz-client-context', 'W10=', 'InvalidRequestContentException'],
    ['a client context of 3,584 bytes', 'x-amz-client-context', 'W10='.repeat(896), 'ValidationException'],
  ])('rejects %s', async (_, name, value, code) => {
    expect(errorOf(await invoke('echo', '{}', { [name]: value }))).toEqual([400, code]);
    expect(seen).toEqual([]);
  });

  it('checks a DryRun, and does not run the function', async () => {
    const dryRun = { 'x-amz-invocation-type': 'DryRun' };
    const { status, body } = await invoke('echo', '{}', dryRun);
    expect([status, body.length, seen, harness.iamRequests.length]).toEqual([204, 0, [], 1]);
    expect((await invoke('other', '{}', dryRun)).status).toBe(404);
  });
});

describe('Invoke with `Event`', () => {
  const event = { 'x-amz-invocation-type': 'Event' };

  it('responds with 202, and then runs the function without the client context', async () => {
    const { status, body } = await invoke('echo', '{"a":1}', { ...event, 'x-amz-client-context': 'e30=' });
    expect([status, body.length, seen]).toEqual([202, 0, []]);
    await vi.waitFor(() => expect(seen).toHaveLength(1));
    expect(seen).toMatchObject([[{ a: 1 }, { functionName: 'echo' }]]);
    expect(seen[0]?.[1]).not.toHaveProperty('clientContext');
  });

  it('accepts 1 MB', async () => {
    expect((await invoke('echo', `"${'x'.repeat(MB - 2)}"`, event)).status).toBe(202);
    expect(errorOf(await invoke('echo', `"${'x'.repeat(MB - 1)}"`, event))).toEqual([413, 'RequestTooLargeException']);
  });

  it('warns about a function that fails, without its message', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    try {
      expect((await invoke('fails', '{}', event)).status).toBe(202);
      await vi.waitFor(() => expect(warn).toHaveBeenCalledWith('the function `fails` failed, which its caller does not see: RangeError'));
    } finally {
      warn.mockRestore();
    }
  });

  it('does not run a function after the service was closed', async () => {
    await invoke('echo', '{}', event);
    await harness.service.close?.();
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(seen).toEqual([]);
  });
});

describe('the other operations, headers and parameters of Lambda', () => {
  it.each([
    ['InvokeWithResponseStream', 'POST', '/2021-11-15/functions/echo/response-streaming-invocations'],
    ['InvokeAsync', 'POST', '/2014-11-13/functions/echo/invoke-async'],
    ['InvokeAsync', 'POST', '/2014-11-13/functions/echo/invoke-async/'],
    ['GET /2015-03-31/functions/echo', 'GET', '/2015-03-31/functions/echo'],
    ['GET /2015-03-31/functions/echo/invocations', 'GET', '/2015-03-31/functions/echo/invocations'],
    ['POST /2015-03-31/functions/echo/invocations/', 'POST', '/2015-03-31/functions/echo/invocations/'],
    ['POST /2015-03-31/functions/x/../echo/invocations', 'POST', '/2015-03-31/functions/x/../echo/invocations'],
    ['POST /2015-03-31/functions//invocations', 'POST', '/2015-03-31/functions//invocations'],
    ['PUT /2015-03-31/functions/echo/code', 'PUT', '/2015-03-31/functions/echo/code'],
    ['POST /', 'POST', '/'],
  ])('return 501 for %s', async (operation, method, path) => {
    const response = await post(path, '{}', {}, method);
    expect(errorOf(response)).toEqual([501, 'NotImplemented']);
    expect(response.body.toString()).toContain(`The operation ${operation} is not supported by the local AWS`);
    expect([seen, harness.iamRequests]).toEqual([[], []]);
  });

  it('return 501 for every other header and parameter of the SDK', async () => {
    const names: readonly unknown[] = modelOf(clientLambda)
      .parameters('Invoke')
      .map(({ path }) => path);
    expect(names).toEqual([
      'FunctionName',
      'InvocationType',
      'LogType',
      'ClientContext',
      'DurableExecutionName',
      'Payload',
      'Qualifier',
      'TenantId',
    ]);
    for (const name of ['x-amz-tenant-id', 'x-amz-durable-execution-name', 'x-amz-acl']) {
      expect(errorOf(await invoke('echo', '{}', { [name]: 'acme' }))).toEqual([501, 'NotImplemented']);
    }
    for (const name of ['qualifier', 'X', '__proto__']) {
      expect(errorOf(await post(`/2015-03-31/functions/echo/invocations?${name}`))).toEqual([501, 'NotImplemented']);
    }
    expect(seen).toEqual([]);
  });
});
