import { AsyncLocalStorage } from 'node:async_hooks';
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LocalAws, StateMachineContext } from '../../src/index.ts';
import { clientConfig } from '../start-aws.ts';
import { clientsOf, sendByTurns, type Statement, startService, tenantKeys } from '../tenant-sessions.ts';

const STATES = 'arn:aws:states:us-east-1:000000000000:';
const denied = { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } };
const storage = new AsyncLocalStorage<string>();

function order(input: { readonly tenant: string; list: string[] }, { tenantSession }: StateMachineContext) {
  input.list.push(input.tenant);
  return { list: input.list, session: tenantSession, stored: storage.getStore() ?? 'nothing' };
}

let aws: LocalAws;
beforeAll(async () => {
  const stateMachines = {
    app_acme_order: order,
    app_globex_order: order,
    app_acme_2_order: order,
    shared: order,
    hangs: () => new Promise(() => {}),
  };
  aws = await startService('states', { stateMachines });
  const admin = new SFNClient(clientConfig(aws, aws.admin));
  for (const machine of ['app_acme_order', 'app_globex_order', 'app_acme_2_order']) await start(admin, machine, 'first');
});
afterAll(() => aws.close());

/** The policy of the template `states-execution`. */
const own: Statement[] = [
  { Action: ['states:StartExecution', 'states:ListExecutions'], Resource: `${STATES}stateMachine:app_acme_order` },
  { Action: ['states:DescribeExecution', 'states:StopExecution'], Resource: `${STATES}execution:app_acme_order:*` },
];
async function clientOf(tenant: string, ...statements: readonly Statement[]): Promise<SFNClient> {
  return new SFNClient(clientConfig(aws, await tenantKeys(aws, tenant, ...statements)));
}
function start(client: SFNClient, machine: string, name?: string, tenant = machine) {
  const input = JSON.stringify({ tenant, list: ['before'] });
  return client.send(new StartExecutionCommand({ stateMachineArn: `${STATES}stateMachine:${machine}`, name, input }));
}
async function outputOf(client: SFNClient, executionArn: string | undefined): Promise<unknown> {
  const read = async (): Promise<unknown> => {
    const { output } = await client.send(new DescribeExecutionCommand({ executionArn }));
    expect(output).toBeDefined();
    return JSON.parse(output ?? '');
  };
  return vi.waitFor(read, { timeout: 20_000 });
}

type Request = (client: SFNClient, machine: string) => Promise<unknown>;
const requests: [string, Request][] = [
  ['StartExecution', (client, machine) => start(client, machine)],
  [
    'DescribeExecution',
    (client, machine) => client.send(new DescribeExecutionCommand({ executionArn: `${STATES}execution:${machine}:first` })),
  ],
  ['StopExecution', (client, machine) => client.send(new StopExecutionCommand({ executionArn: `${STATES}execution:${machine}:first` }))],
  ['ListExecutions', (client, machine) => client.send(new ListExecutionsCommand({ stateMachineArn: `${STATES}stateMachine:${machine}` }))],
];

describe("a session with its tenant's state machine", () => {
  it.each(requests)('may do %s with its own', async (_, request) => {
    await expect(request(await clientOf('acme', ...own), 'app_acme_order')).resolves.toBeDefined();
  });

  it.each(
    requests.flatMap(([name, request]) =>
      ['app_globex_order', 'app_acme_2_order', 'unknown'].map((machine) => [name, machine, request] as const),
    ),
  )('may not do %s with %s', async (_, machine, request) => {
    await expect(request(await clientOf('acme', ...own), machine)).rejects.toMatchObject(denied);
  });

  it('gets its output, with its session name', async () => {
    const client = await clientOf('acme', ...own);
    const { executionArn } = await start(client, 'app_acme_order');
    expect(await outputOf(client, executionArn)).toEqual({ list: ['before', 'app_acme_order'], session: 'acme', stored: 'nothing' });
  });

  it('may not name a state machine or an execution of another account or region', async () => {
    const client = await clientOf('acme', { Action: 'states:*', Resource: '*' });
    for (const [from, to] of [
      ['000000000000', '111111111111'],
      ['us-east-1', 'eu-west-1'],
    ] as const) {
      const other = STATES.replace(from, to);
      await expect(client.send(new StartExecutionCommand({ stateMachineArn: `${other}stateMachine:shared` }))).rejects.toMatchObject(
        denied,
      );
      await expect(client.send(new DescribeExecutionCommand({ executionArn: `${other}execution:shared:first` }))).rejects.toMatchObject(
        denied,
      );
    }
  });

  it('gets the error message of AWS', async () => {
    const client = await clientOf('acme', ...own);
    const executionArn = `${STATES}execution:app_globex_order:first`;
    await expect(client.send(new DescribeExecutionCommand({ executionArn }))).rejects.toThrow(
      `User: arn:aws:sts::000000000000:assumed-role/TenantAccess/acme is not authorized to perform: states:DescribeExecution on resource: ${executionArn} because no session policy allows the states:DescribeExecution action`,
    );
  });
});

describe('a state machine that two tenants share', () => {
  const shared = (tenant: string): Statement[] => [
    { Action: 'states:StartExecution', Resource: `${STATES}stateMachine:shared` },
    { Action: 'states:DescribeExecution', Resource: `${STATES}execution:shared:${tenant}.*` },
  ];

  it('keeps 100 concurrent executions apart: input, session name and output', async () => {
    const clients = await clientsOf(['acme', 'globex'], (tenant) => clientOf(tenant, ...shared(tenant)));
    const outputs: [string, unknown][] = [];
    await sendByTurns(clients, async (client, tenant, at) => {
      const { executionArn } = await start(client, 'shared', `${tenant}.${at}`, tenant);
      outputs.push([tenant, await outputOf(client, executionArn)]);
    });
    expect(outputs).toHaveLength(100);
    for (const [tenant, output] of outputs) expect(output).toEqual({ list: ['before', tenant], session: tenant, stored: 'nothing' });
  });

  it("may not describe another tenant's execution, even if it knows the ARN", async () => {
    const globex = await clientOf('globex', ...shared('globex'));
    const { executionArn } = await start(globex, 'shared', 'globex.secret');
    const acme = await clientOf('acme', ...shared('acme'));
    await expect(acme.send(new DescribeExecutionCommand({ executionArn }))).rejects.toMatchObject(denied);
  });

  it('does not run in the asynchronous context of the client', async () => {
    const client = await clientOf('acme', ...shared('acme'));
    const { executionArn } = await storage.run('globex', () => start(client, 'shared', 'acme.context'));
    expect(await outputOf(client, executionArn)).toMatchObject({ stored: 'nothing' });
  });

  it('leaves neither input nor output in `calls`', async () => {
    const client = await clientOf('acme', ...shared('acme'));
    aws.calls.length = 0;
    await start(client, 'shared', 'acme.calls', 'hunter2');
    expect(aws.calls).toMatchObject([
      { service: 'states', operation: 'StartExecution', resource: `${STATES}stateMachine:shared`, decision: 'allowed' },
    ]);
    expect(JSON.stringify(aws.calls)).not.toContain('hunter2');
  });
});

it('a state machine that never settles stays RUNNING, and does not hang close()', async () => {
  const other = await startService('states', { stateMachines: { hangs: () => new Promise(() => {}) } });
  const client = new SFNClient(clientConfig(other, other.admin));
  const { executionArn } = await start(client, 'hangs');
  await new Promise(setImmediate);
  expect(await client.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({ status: 'RUNNING' });
  await expect(other.close()).resolves.toBeUndefined();
});
