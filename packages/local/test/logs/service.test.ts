import * as cloudwatchLogs from '@aws-sdk/client-cloudwatch-logs';
import { beforeEach, describe, expect, it } from 'vitest';
import { logsService } from '../../src/services/logs/index.ts';
import { LOGS_OPERATIONS } from '../../src/services/logs/operations.ts';
import { modelOf } from '../client-schema.ts';
import { type LogsHarness, logsHarness } from './logs-harness.ts';

const model = modelOf(cloudwatchLogs);
const SUPPORTED = LOGS_OPERATIONS.map(({ operation }) => operation);
const REFUSED = model.operations.filter((name) => !SUPPORTED.includes(name));
const GROUP = 'arn:aws:logs:us-east-1:000000000000:log-group:';

let logs: LogsHarness;
beforeEach(() => {
  logs = logsHarness();
});

describe("the operations and parameters of the SDK's client of CloudWatch Logs", () => {
  it('are supported or refused: both lists are complete', () => {
    expect(SUPPORTED).toHaveLength(7);
    expect(SUPPORTED.filter((name) => !model.operations.includes(name))).toEqual([]);
    expect(REFUSED.length).toBeGreaterThan(80);
  });

  it.each(REFUSED)('return 501 for %s', async (name) => {
    expect(await logs.send(name, {})).toMatchObject({ status: 501, result: { __type: 'NotImplemented' } });
  });

  it('return 501 for parameters that are not in the table', async () => {
    const refused: string[] = [];
    for (const { operation, path, input } of SUPPORTED.flatMap((name) => model.parameters(name))) {
      if ((await logs.send(operation, input)).status === 501) refused.push(`${operation}.${path}`);
    }
    expect(refused.filter((path) => !refused.some((outer) => path.startsWith(`${outer}.`)))).toEqual([
      'CreateLogGroup.kmsKeyId',
      'CreateLogGroup.tags',
      'CreateLogGroup.logGroupClass',
      'CreateLogGroup.deletionProtectionEnabled',
      'PutLogEvents.entity',
      'GetLogEvents.unmask',
      'FilterLogEvents.startFromHead',
      'FilterLogEvents.unmask',
      'DescribeLogGroups.accountIdentifiers',
      'DescribeLogGroups.logGroupNamePattern',
      'DescribeLogGroups.includeLinkedAccounts',
      'DescribeLogGroups.logGroupClass',
      'DescribeLogGroups.logGroupIdentifiers',
    ]);
  });
});

describe('the permissions of CloudWatch Logs', () => {
  const ofStream = { logGroupName: 'app', logStreamName: 'acme/[$LATEST]?${x}' };
  const stream = `${GROUP}app:log-stream:acme/[$LATEST]?\${x}`;
  it.each<[string, object, string]>([
    ['CreateLogStream', ofStream, stream],
    ['PutLogEvents', { ...ofStream, logEvents: [{ timestamp: 1_772_323_200_000, message: 'x' }] }, stream],
    ['GetLogEvents', ofStream, stream],
    ['GetLogEvents', { logGroupIdentifier: `${GROUP}app`, logStreamName: 'a' }, `${GROUP}app:log-stream:a`],
    ['CreateLogGroup', { logGroupName: 'app' }, `${GROUP}app:log-stream:`],
    ['FilterLogEvents', { logGroupName: 'app', logStreamNames: ['acme'] }, `${GROUP}app:log-stream:`],
    ['FilterLogEvents', { logGroupIdentifier: 'app' }, `${GROUP}app:log-stream:`],
    ['DescribeLogStreams', { logGroupName: 'app' }, `${GROUP}app:log-stream:`],
    ['DescribeLogGroups', {}, `${GROUP}:log-stream:`],
  ])('%s needs one on the ARN that AWS uses', async (operation, input, resource) => {
    await logs.send(operation, input);
    expect(logs.harness.iamRequests).toEqual([{ action: `logs:${operation}`, resource, context: {} }]);
  });
});

describe('the log groups and streams', () => {
  it('are created once', async () => {
    expect(await logs.send('CreateLogGroup', { logGroupName: 'new' })).toEqual({ status: 200, result: {} });
    const again = await logs.send('CreateLogGroup', { logGroupName: 'new' });
    expect(again).toMatchObject({ status: 400, result: { __type: 'ResourceAlreadyExistsException' } });
    const stream = { logGroupName: 'new', logStreamName: 's' };
    expect(await logs.send('CreateLogStream', stream)).toEqual({ status: 200, result: {} });
    expect((await logs.send('CreateLogStream', stream)).result).toMatchObject({ __type: 'ResourceAlreadyExistsException' });
  });

  it.each<[string, object]>([
    ['CreateLogStream', { logGroupName: 'other', logStreamName: 's' }],
    ['PutLogEvents', { logGroupName: 'other', logStreamName: 's', logEvents: [{ timestamp: 1_772_323_200_000, message: 'x' }] }],
    ['PutLogEvents', { logGroupName: 'app', logStreamName: '__proto__', logEvents: [{ timestamp: 1_772_323_200_000, message: 'x' }] }],
    ['GetLogEvents', { logGroupName: 'app', logStreamName: 'constructor' }],
    ['GetLogEvents', { logGroupName: '__proto__', logStreamName: 'a' }],
    ['FilterLogEvents', { logGroupName: 'other' }],
    ['DescribeLogStreams', { logGroupName: 'toString' }],
  ])('are missing for %s: ResourceNotFoundException', async (operation, input) => {
    expect(await logs.send(operation, input)).toMatchObject({ status: 400, result: { __type: 'ResourceNotFoundException' } });
  });

  it('keeps streams with the names of prototypes', async () => {
    for (const logStreamName of ['__proto__', 'constructor']) await logs.send('CreateLogStream', { logGroupName: 'app', logStreamName });
    const { result } = await logs.send('DescribeLogStreams', { logGroupName: 'app' });
    expect(result['logStreams']).toMatchObject([{ logStreamName: '__proto__' }, { logStreamName: 'constructor' }]);
  });

  it('are described in pages and in each order', async () => {
    const names = ['b', 'a', 'ac'];
    for (const logStreamName of names) await logs.send('CreateLogStream', { logGroupName: 'app', logStreamName });
    const at = logs.harness.now.getTime();
    await logs.send('PutLogEvents', { logGroupName: 'app', logStreamName: 'a', logEvents: [{ timestamp: at, message: 'x' }] });
    const describeStreams = async (input: object): Promise<string[]> => {
      const found: string[] = [];
      let nextToken: unknown;
      do {
        const { result } = await logs.send('DescribeLogStreams', { logGroupName: 'app', limit: 1, nextToken, ...input });
        found.push(...(result['logStreams'] as { logStreamName: string }[]).map(({ logStreamName }) => logStreamName));
        nextToken = result['nextToken'];
      } while (nextToken !== undefined);
      return found;
    };
    expect(await describeStreams({})).toEqual(['a', 'ac', 'b']);
    expect(await describeStreams({ descending: true })).toEqual(['b', 'ac', 'a']);
    expect(await describeStreams({ logStreamNamePrefix: 'a' })).toEqual(['a', 'ac']);
    expect(await describeStreams({ orderBy: 'LastEventTime' })).toEqual(['ac', 'b', 'a']);
    const { result } = await logs.send('DescribeLogStreams', { logGroupName: 'app', logStreamNamePrefix: 'a', limit: 1 });
    expect(result['logStreams']).toEqual([
      {
        logStreamName: 'a',
        creationTime: at,
        firstEventTimestamp: at,
        lastEventTimestamp: at,
        lastIngestionTime: at,
        arn: `${GROUP}app:log-stream:a`,
        storedBytes: 0,
      },
    ]);
  });

  it('describes the groups with both ARNs', async () => {
    const { result } = await logs.send('DescribeLogGroups', { logGroupNamePrefix: 'a', limit: 1 });
    expect(result['logGroups']).toMatchObject([{ logGroupName: 'app', arn: `${GROUP}app:*`, logGroupArn: `${GROUP}app` }]);
    const next = await logs.send('DescribeLogGroups', { logGroupNamePrefix: 'a', limit: 1, nextToken: result['nextToken'] });
    expect(next.result).toMatchObject({ logGroups: [{ logGroupName: 'audit' }] });
    expect(next.result).not.toHaveProperty('nextToken');
  });

  it.each([
    ['a name with a space', 'a b'],
    ['an empty name', ''],
    ['a number', 5],
    ['a name twice', 'app'],
  ])('cannot start with %s', (_, name) => {
    const scope = { account: '000000000000', region: 'us-east-1' };
    const create = () => logsService({ ...scope, logGroups: ['app', name as string], clock: Date.now });
    expect(create).toThrow(`the log group \`${name}\` cannot be created`);
  });
});

describe('malformed input', () => {
  it.each<[string, string, unknown, string]>([
    ['a missing log group', 'CreateLogStream', { logStreamName: 'a' }, 'InvalidParameterException'],
    ['null for a stream', 'CreateLogStream', { logGroupName: 'app', logStreamName: null }, 'InvalidParameterException'],
    ['a colon in a stream name', 'CreateLogStream', { logGroupName: 'app', logStreamName: 'a:b' }, 'InvalidParameterException'],
    ['a star in a stream name', 'GetLogEvents', { logGroupName: 'app', logStreamName: 'a*' }, 'InvalidParameterException'],
    ['a colon in a group name', 'CreateLogGroup', { logGroupName: 'app:log-stream:acme' }, 'InvalidParameterException'],
    ['a long group name', 'CreateLogGroup', { logGroupName: 'a'.repeat(513) }, 'InvalidParameterException'],
    ['neither name nor identifier', 'FilterLogEvents', {}, 'InvalidParameterException'],
    ['both name and identifier', 'FilterLogEvents', { logGroupName: 'app', logGroupIdentifier: 'app' }, 'InvalidParameterException'],
    ['an ARN with a star', 'FilterLogEvents', { logGroupIdentifier: `${GROUP}app:*` }, 'InvalidParameterException'],
    ['an ARN of a stream', 'FilterLogEvents', { logGroupIdentifier: `${GROUP}app:log-stream:a` }, 'InvalidParameterException'],
    [
      'a group of another account',
      'FilterLogEvents',
      { logGroupIdentifier: `${GROUP.replace('0000', '1111')}app` },
      'AccessDeniedException',
    ],
    ['a group of another region', 'DescribeLogStreams', { logGroupIdentifier: `${GROUP.replace('us', 'eu')}app` }, 'AccessDeniedException'],
    [
      'names and a prefix',
      'FilterLogEvents',
      { logGroupName: 'app', logStreamNames: ['a'], logStreamNamePrefix: 'a' },
      'InvalidParameterException',
    ],
    [
      '101 stream names',
      'FilterLogEvents',
      { logGroupName: 'app', logStreamNames: Array.from({ length: 101 }, () => 'a') },
      'InvalidParameterException',
    ],
    ['a limit of 0', 'GetLogEvents', { logGroupName: 'app', logStreamName: 'a', limit: 0 }, 'InvalidParameterException'],
    ['a limit of 10,001', 'GetLogEvents', { logGroupName: 'app', logStreamName: 'a', limit: 10_001 }, 'InvalidParameterException'],
    ['a fraction for a limit', 'GetLogEvents', { logGroupName: 'app', logStreamName: 'a', limit: 1.5 }, 'SerializationException'],
    ['a text for a time', 'GetLogEvents', { logGroupName: 'app', logStreamName: 'a', startTime: '0' }, 'SerializationException'],
    ['a negative time', 'GetLogEvents', { logGroupName: 'app', logStreamName: 'a', startTime: -1 }, 'InvalidParameterException'],
    ['an invalid token', 'GetLogEvents', { logGroupName: 'app', logStreamName: 'a', nextToken: 'f/1/s' }, 'InvalidParameterException'],
    ['a backward token', 'FilterLogEvents', { logGroupName: 'app', nextToken: `b/${'0'.repeat(56)}/s` }, 'InvalidParameterException'],
    ['a foreign token', 'DescribeLogStreams', { logGroupName: 'app', nextToken: 'YQ' }, 'InvalidParameterException'],
    [
      'a prefix with LastEventTime',
      'DescribeLogStreams',
      { logGroupName: 'app', logStreamNamePrefix: 'a', orderBy: 'LastEventTime' },
      'InvalidParameterException',
    ],
    ['an unknown order', 'DescribeLogStreams', { logGroupName: 'app', orderBy: 'Size' }, 'InvalidParameterException'],
    ['a key twice', 'FilterLogEvents', '{"logGroupName":"app","logGroupName":"audit"}', 'SerializationException'],
    ['the key __proto__', 'FilterLogEvents', '{"__proto__":{"logGroupName":"app"}}', 'SerializationException'],
  ])('is rejected: %s', async (_, operation, input, code) => {
    expect(await logs.send(operation, input)).toMatchObject({ status: 400, result: { __type: code } });
    expect(logs.harness.executed.filter((name) => name !== 'DescribeLogStreams')).toEqual([]);
  });
});
