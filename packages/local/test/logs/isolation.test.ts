import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { clientConfig } from '../start-aws.ts';
import { clientsOf, sendByTurns, type Statement, startService, tenantKeys } from '../tenant-sessions.ts';

const GROUP = 'arn:aws:logs:us-east-1:000000000000:log-group:';
const denied = { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } };

let aws: LocalAws;
let admin: CloudWatchLogsClient;
beforeAll(async () => {
  aws = await startService('logs', { logGroups: ['/app/acme', '/app/acme-2', '/app/globex', '/pool'] });
  admin = new CloudWatchLogsClient(clientConfig(aws, aws.admin));
  for (const logGroupName of ['/app/acme', '/app/acme-2', '/app/globex']) {
    await admin.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 'web' }));
    await put(admin, logGroupName, 'web');
  }
  for (const logStreamName of ['acme/web', 'acme-2/web', 'globex/web']) {
    await admin.send(new CreateLogStreamCommand({ logGroupName: '/pool', logStreamName }));
    await put(admin, '/pool', logStreamName);
  }
});
afterAll(() => aws.close());

async function clientOf(tenant: string, ...statements: readonly Statement[]): Promise<CloudWatchLogsClient> {
  return new CloudWatchLogsClient(clientConfig(aws, await tenantKeys(aws, tenant, ...statements)));
}
function put(client: CloudWatchLogsClient, logGroupName: string, logStreamName: string, message = logStreamName) {
  return client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents: [{ timestamp: Date.now(), message }] }));
}

type Request = (client: CloudWatchLogsClient, group: string, stream: string) => Promise<unknown>;
const ofStream: [string, Request][] = [
  [
    'CreateLogStream',
    (client, logGroupName, stream) => client.send(new CreateLogStreamCommand({ logGroupName, logStreamName: `${stream}-new` })),
  ],
  ['PutLogEvents', (client, group, stream) => put(client, group, stream)],
  ['GetLogEvents', (client, logGroupName, logStreamName) => client.send(new GetLogEventsCommand({ logGroupName, logStreamName }))],
  [
    'GetLogEvents by ARN',
    (client, group, logStreamName) => client.send(new GetLogEventsCommand({ logGroupIdentifier: `${GROUP}${group}`, logStreamName })),
  ],
];
const ofGroup: [string, Request][] = [
  [
    'FilterLogEvents',
    (client, logGroupName, stream) => client.send(new FilterLogEventsCommand({ logGroupName, logStreamNames: [stream] })),
  ],
  ['FilterLogEvents by ARN', (client, group) => client.send(new FilterLogEventsCommand({ logGroupIdentifier: `${GROUP}${group}` }))],
  [
    'DescribeLogStreams',
    (client, logGroupName, stream) => client.send(new DescribeLogStreamsCommand({ logGroupName, logStreamNamePrefix: stream })),
  ],
];

describe("a session with its tenant's log group", () => {
  const own: Statement = { Action: 'logs:*', Resource: [`${GROUP}/app/acme`, `${GROUP}/app/acme:*`] };

  it.each([...ofStream, ...ofGroup])('may do %s with its own', async (_, request) => {
    await expect(request(await clientOf('acme', own), '/app/acme', 'web')).resolves.toBeDefined();
  });

  it.each(
    [...ofStream, ...ofGroup].flatMap(([name, request]) => ['/app/globex', '/app/acme-2'].map((group) => [name, group, request] as const)),
  )('may not do %s with %s', async (_, group, request) => {
    await expect(request(await clientOf('acme', own), group, 'web')).rejects.toMatchObject(denied);
  });

  it('may neither list log groups nor create another', async () => {
    const client = await clientOf('acme', own);
    await expect(client.send(new DescribeLogGroupsCommand({}))).rejects.toMatchObject(denied);
    await expect(client.send(new CreateLogGroupCommand({ logGroupName: '/app/acme/2' }))).rejects.toMatchObject(denied);
  });

  it('needs the form with `:*`, as on AWS', async () => {
    const client = await clientOf('acme', { Action: 'logs:*', Resource: `${GROUP}/app/acme` });
    for (const [, request] of [...ofStream, ...ofGroup]) await expect(request(client, '/app/acme', 'web')).rejects.toMatchObject(denied);
  });

  it('may not name the log group of another account or region', async () => {
    const client = await clientOf('acme', { Action: 'logs:*', Resource: '*' });
    for (const [from, to] of [
      ['000000000000', '111111111111'],
      ['us-east-1', 'eu-west-1'],
    ] as const) {
      const logGroupIdentifier = `${GROUP.replace(from, to)}/app/acme`;
      await expect(client.send(new FilterLogEventsCommand({ logGroupIdentifier }))).rejects.toMatchObject(denied);
    }
  });

  it('gets the error message of AWS', async () => {
    const client = await clientOf('acme', own);
    await expect(client.send(new FilterLogEventsCommand({ logGroupName: '/app/globex' }))).rejects.toThrow(
      `is not authorized to perform: logs:FilterLogEvents on resource: ${GROUP}/app/globex:log-stream: because no session policy allows the logs:FilterLogEvents action`,
    );
  });
});

describe("a session with its tenant's streams in a shared log group", () => {
  const own: Statement = { Action: 'logs:*', Resource: `${GROUP}/pool:log-stream:acme/*` };

  it.each(ofStream)('may do %s with its own', async (_, request) => {
    await expect(request(await clientOf('acme', own), '/pool', 'acme/web')).resolves.toBeDefined();
  });

  it.each(ofStream.flatMap(([name, request]) => ['globex/web', 'acme-2/web', 'acme'].map((stream) => [name, stream, request] as const)))(
    'may not do %s with %s',
    async (_, stream, request) => {
      await expect(request(await clientOf('acme', own), '/pool', stream)).rejects.toMatchObject(denied);
    },
  );

  it.each(ofGroup)('may not do %s, even for its own streams', async (_, request) => {
    await expect(request(await clientOf('acme', own), '/pool', 'acme/web')).rejects.toMatchObject(denied);
  });

  it("reads every tenant's streams with FilterLogEvents on the log group, as the hazard is on AWS", async () => {
    const client = await clientOf('acme', own, { Action: 'logs:FilterLogEvents', Resource: `${GROUP}/pool:*` });
    const { events = [] } = await client.send(new FilterLogEventsCommand({ logGroupName: '/pool' }));
    expect(events.map(({ logStreamName }) => logStreamName)).toContain('globex/web');
  });

  it('keeps the events of 100 concurrent requests of two tenants apart', async () => {
    const clients = await clientsOf(['acme', 'globex'], async (tenant) => {
      const client = await clientOf(tenant, { ...own, Resource: `${GROUP}/pool:log-stream:${tenant}/*` });
      await client.send(new CreateLogStreamCommand({ logGroupName: '/pool', logStreamName: `${tenant}/many` }));
      return client;
    });
    await sendByTurns(clients, (client, tenant, at) => put(client, '/pool', `${tenant}/many`, `${tenant} ${at}`));
    for (const [tenant, client] of clients) {
      const { events = [] } = await client.send(new GetLogEventsCommand({ logGroupName: '/pool', logStreamName: `${tenant}/many` }));
      expect(events).toHaveLength(50);
      expect(events.every(({ message }) => message?.startsWith(`${tenant} `))).toBe(true);
    }
  });
});
