import { AsyncLocalStorage } from 'node:async_hooks';
import {
  GetFunctionCommand,
  InvokeCommand,
  type InvokeCommandInput,
  InvokeWithResponseStreamCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LambdaContext, LocalAws } from '../../src/index.ts';
import { clientConfig } from '../start-aws.ts';
import { clientsOf, sendByTurns, type Statement, startService, tenantKeys } from '../tenant-sessions.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:';
const denied = { name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } };
const storage = new AsyncLocalStorage<string>();

let runs: LambdaContext[] = [];
let started: ((reached: unknown) => void) | undefined;

/** A callback may declare the type of its event. */
function worker(event: { readonly tenant: string; list: string[] }, context: LambdaContext) {
  runs.push(context);
  event.list.push(event.tenant);
  return { list: event.list, session: context.tenantSession, stored: storage.getStore() ?? 'nothing' };
}

let aws: LocalAws;
beforeAll(async () => {
  const functions = {
    app_acme_worker: worker,
    app_globex_worker: worker,
    app_acme_2_worker: worker,
    shared: worker,
    hangs: () => new Promise(() => started?.(true)),
  };
  aws = await startService('lambda', { functions });
});
beforeEach(() => {
  runs = [];
});
afterAll(() => aws.close());

const own: Statement = { Action: 'lambda:InvokeFunction', Resource: [`${ARN}app_acme_worker`, `${ARN}app_acme_worker:*`] };
async function clientOf(tenant: string, ...statements: readonly Statement[]): Promise<LambdaClient> {
  return new LambdaClient(clientConfig(aws, await tenantKeys(aws, tenant, ...statements)));
}
async function invoke(client: LambdaClient, FunctionName: string, input: Partial<InvokeCommandInput> = {}) {
  const Payload = JSON.stringify({ tenant: FunctionName, list: [] });
  const { Payload: result, ...response } = await client.send(new InvokeCommand({ FunctionName, Payload, ...input }));
  return { ...response, result: result === undefined || result.length === 0 ? undefined : JSON.parse(Buffer.from(result).toString()) };
}

describe("a session with its tenant's function", () => {
  it.each([
    'app_acme_worker',
    'app_acme_worker:$LATEST',
    '000000000000:function:app_acme_worker',
    `${ARN}app_acme_worker`,
    `${ARN}app_acme_worker:$LATEST`,
  ])('invokes %s, which gets its session name', async (name) => {
    const response = await invoke(await clientOf('acme', own), name);
    expect(response).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST', result: { session: 'acme' } });
    expect(runs).toMatchObject([{ functionName: 'app_acme_worker', tenantSession: 'acme' }]);
  });

  it.each([
    'app_globex_worker',
    'app_acme_2_worker',
    'app_globex_worker:$LATEST',
    '000000000000:function:app_globex_worker',
    `${ARN}app_globex_worker`,
    `${ARN.replace('000000000000', '111111111111')}app_acme_worker`,
    `${ARN.replace('us-east-1', 'eu-west-1')}app_acme_worker`,
    '111111111111:function:app_acme_worker',
    'unknown',
    'APP_ACME_WORKER',
  ])('may not invoke %s', async (name) => {
    const client = await clientOf('acme', own);
    for (const InvocationType of ['RequestResponse', 'Event', 'DryRun'] as const) {
      await expect(invoke(client, name, { InvocationType })).rejects.toMatchObject(denied);
    }
    expect(runs).toEqual([]);
  });

  it('may not reach another function by the qualifier, the path or the query', async () => {
    const client = await clientOf('acme', own);
    const attempts: Partial<InvokeCommandInput>[] = [
      { FunctionName: 'app_acme_worker/invocations/../../app_globex_worker' },
      { FunctionName: '../functions/app_globex_worker' },
      { FunctionName: 'app_acme_worker%2F..%2Fapp_globex_worker' },
      { FunctionName: 'app_acme_worker', Qualifier: '../app_globex_worker' },
      { FunctionName: 'app_acme_worker:1', Qualifier: '$LATEST' },
    ];
    for (const attempt of attempts) await expect(invoke(client, '', attempt)).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
    expect(runs).toEqual([]);
  });

  it('needs the qualified ARN for an invocation with a qualifier, as on AWS', async () => {
    const client = await clientOf('acme', { ...own, Resource: `${ARN}app_acme_worker` });
    await expect(invoke(client, 'app_acme_worker')).resolves.toMatchObject({ StatusCode: 200 });
    await expect(invoke(client, 'app_acme_worker', { Qualifier: '$LATEST' })).rejects.toMatchObject(denied);
  });

  it('gets the error message of AWS', async () => {
    await expect(invoke(await clientOf('acme', own), 'app_globex_worker')).rejects.toThrow(
      `User: arn:aws:sts::000000000000:assumed-role/TenantAccess/acme is not authorized to perform: lambda:InvokeFunction on resource: ${ARN}app_globex_worker because no session policy allows the lambda:InvokeFunction action`,
    );
  });

  it('is denied by a condition on `lambda:FunctionArn`, which InvokeFunction does not have', async () => {
    const Condition = { ArnLike: { 'lambda:FunctionArn': `${ARN}app_acme_worker` } };
    const client = await clientOf('acme', { Action: 'lambda:InvokeFunction', Resource: '*', Condition });
    await expect(invoke(client, 'app_acme_worker')).rejects.toMatchObject(denied);
  });

  it('gets a 501 for the other operations', async () => {
    const client = await clientOf('acme', { Action: 'lambda:*', Resource: '*' });
    const refused = { name: 'NotImplemented', $metadata: { httpStatusCode: 501 } };
    await expect(client.send(new InvokeWithResponseStreamCommand({ FunctionName: 'shared' }))).rejects.toMatchObject(refused);
    await expect(client.send(new GetFunctionCommand({ FunctionName: 'shared' }))).rejects.toMatchObject(refused);
    await expect(invoke(client, 'shared', { TenantId: 'globex' })).rejects.toMatchObject(refused);
  });
});

describe('a function that two tenants share', () => {
  const shared: Statement = { Action: 'lambda:InvokeFunction', Resource: `${ARN}shared` };

  it('gets its own event and session name in each of 100 concurrent invocations, and may change the event', async () => {
    const clients = await clientsOf(['acme', 'globex'], (tenant) => clientOf(tenant, shared));
    const event = { list: ['before'] };
    const results: [string, unknown][] = [];
    await sendByTurns(clients, async (client, tenant) => {
      const { result } = await invoke(client, 'shared', { Payload: JSON.stringify({ ...event, tenant }) });
      results.push([tenant, result]);
    });
    expect(results).toHaveLength(100);
    for (const [tenant, result] of results) expect(result).toEqual({ list: ['before', tenant], session: tenant, stored: 'nothing' });
  });

  it('does not run in the asynchronous context of the client', async () => {
    const client = await clientOf('acme', shared);
    const { result } = await storage.run('globex', () => invoke(client, 'shared'));
    expect(result).toMatchObject({ session: 'acme', stored: 'nothing' });
  });

  it('leaves neither payload nor result in `calls`', async () => {
    const client = await clientOf('acme', shared);
    aws.calls.length = 0;
    await invoke(client, 'shared', { Payload: '{"tenant":"hunter2","list":[]}' });
    expect(aws.calls).toMatchObject([
      { service: 'lambda', operation: 'Invoke', resource: `${ARN}shared`, tenantSession: 'acme', decision: 'allowed' },
    ]);
    expect(JSON.stringify(aws.calls)).not.toContain('hunter2');
  });
});

describe('a function that never settles', () => {
  it('does not hang the server where the client disconnects', async () => {
    const client = new LambdaClient(clientConfig(aws, aws.admin));
    const abort = new AbortController();
    const running = new Promise((resolve) => (started = resolve));
    const call = client.send(new InvokeCommand({ FunctionName: 'hangs' }), { abortSignal: abort.signal });
    await running;
    abort.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    await expect(invoke(client, 'shared')).resolves.toMatchObject({ StatusCode: 200 });
  });

  it('does not hang close()', async () => {
    const running = new Promise((resolve) => (started = resolve));
    const other = await startService('lambda', { functions: { hangs: () => new Promise(() => started?.(true)) } });
    const client = new LambdaClient(clientConfig(other, other.admin));
    const call = client.send(new InvokeCommand({ FunctionName: 'hangs' })).catch((error: unknown) => error);
    await running;
    await other.close();
    expect(await call).toBeInstanceOf(Error);
  });
});

describe('a signature for Lambda', () => {
  it.each([
    ['an unknown key', { accessKeyId: 'AKIAUNKNOWN' }, 'UnrecognizedClientException'],
    ['a wrong secret', { secretAccessKey: 'wrong' }, 'InvalidSignatureException'],
  ])('is refused with the code of Lambda: %s', async (_, change, name) => {
    const client = new LambdaClient(clientConfig(aws, { ...aws.admin, ...change }));
    await expect(invoke(client, 'shared')).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 403 } });
  });

  it('is required', async () => {
    const response = await fetch(`${aws.url}/2015-03-31/functions/shared/invocations`, { method: 'POST', body: '{}' });
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([403, 'MissingAuthenticationTokenException']);
  });
});
