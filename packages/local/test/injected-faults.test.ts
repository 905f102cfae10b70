import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, type AssumeRoleCommandOutput, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { InjectedFaults } from '../src/injected-faults.ts';
import type { Fault, LocalAws } from '../src/index.ts';
import { assume, baseKeys, clientConfig, keysOf, outcomeOf, ROLE_ARN, start, stsClient } from './start-aws.ts';

let aws: LocalAws;
let now = Date.now();
beforeAll(async () => {
  aws = await start({ clock: () => now });
});
beforeEach(() => {
  now = Date.now();
  aws.faults.clear();
  aws.calls.length = 0;
});
afterAll(() => aws.close());

function callSts(): Promise<unknown> {
  return stsClient(aws).send(new GetCallerIdentityCommand({}));
}

function assumeRole(): Promise<AssumeRoleCommandOutput> {
  return stsClient(aws).send(new AssumeRoleCommand({ RoleArn: ROLE_ARN, RoleSessionName: 'acme', DurationSeconds: 900 }));
}

/** Resolves when this many calls are recorded. */
async function recorded(count: number): Promise<void> {
  while (aws.calls.length < count) await new Promise((resolve) => setImmediate(resolve));
}

describe('a fault of STS', () => {
  it.each([
    ['Throttling', 400, 'Throttling'],
    ['RequestLimitExceeded', 503, 'RequestLimitExceeded'],
    ['InternalFailure', 500, 'InternalFailure'],
    ['AccessDenied', 403, 'AccessDenied'],
    ['ExpiredToken', 403, 'ExpiredToken'],
    ['PackedPolicyTooLarge', 400, 'PackedPolicyTooLargeException'],
    ['RegionDisabledException', 403, 'RegionDisabledException'],
    ['IDPCommunicationError', 400, 'IDPCommunicationErrorException'],
  ])("returns %s with its status, and with the SDK's name for it", async (code, status, name) => {
    aws.faults.sts({ code });
    await expect(callSts()).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status } });
    expect(aws.calls).toMatchObject([{ service: 'sts', operation: 'GetCallerIdentity', decision: 'fault' }]);
  });

  it('applies to the next `times` requests, and without `times` to all requests until clear()', async () => {
    aws.faults.sts({ code: 'Throttling', times: 2 });
    expect([await outcomeOf(callSts()), await outcomeOf(callSts()), await outcomeOf(callSts())]).toEqual([
      'Throttling',
      'Throttling',
      'allowed',
    ]);
    aws.faults.sts({ code: 'Throttling' });
    expect([await outcomeOf(callSts()), await outcomeOf(callSts())]).toEqual(['Throttling', 'Throttling']);
    aws.faults.clear();
    expect(await outcomeOf(callSts())).toBe('allowed');
  });

  it('is replaced by the next fault', async () => {
    aws.faults.sts({ code: 'Throttling' });
    aws.faults.sts({ code: 'InternalFailure', times: 1 });
    expect([await outcomeOf(callSts()), await outcomeOf(callSts())]).toEqual(['InternalFailure', 'allowed']);
  });

  it('does not replace the error for an invalid signature', async () => {
    aws.faults.sts({ code: 'Throttling' });
    expect(await outcomeOf(stsClient(aws, { ...baseKeys(aws), secretAccessKey: 'wrong' }).send(new GetCallerIdentityCommand({})))).toBe(
      'SignatureDoesNotMatch',
    );
  });

  it('closes the connection with `down`', async () => {
    aws.faults.sts({ down: true });
    await expect(callSts()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(aws.calls).toMatchObject([{ operation: 'GetCallerIdentity', decision: 'fault' }]);
  });

  it('delays the response with `hang` until clear()', async () => {
    aws.faults.sts({ hang: true });
    let responded = false;
    const call = callSts().then(() => {
      responded = true;
    });
    await recorded(1);
    expect(await outcomeOf(new S3Client(clientConfig(aws, aws.admin)).send(new ListBucketsCommand({})))).toBe('allowed');
    expect(responded).toBe(false);
    aws.faults.clear();
    await call;
    expect(aws.calls).toMatchObject([{ decision: 'fault' }, { service: 's3' }]);
  });

  it('delays any number of requests without a warning from Node', async () => {
    const warnings: string[] = [];
    const record = ({ name }: Error): void => void warnings.push(name);
    process.on('warning', record);
    aws.faults.sts({ hang: true });
    const pending = Array.from({ length: 20 }, () => callSts());
    await recorded(20);
    aws.faults.clear();
    await Promise.all(pending);
    process.off('warning', record);

    expect(warnings).not.toContain('MaxListenersExceededWarning');
  });

  it('releases the requests that hang when the next fault is injected', async () => {
    aws.faults.sts({ hang: true });
    const call = outcomeOf(callSts());
    await recorded(1);
    aws.faults.sts({ code: 'Throttling' });
    expect(await call).toBe('allowed');
  });

  it('does not delay a request that took the fault before clear() and waits after it', async () => {
    const faults = new InjectedFaults(() => now);
    faults.inject('sts', { hang: true });
    const taken = faults.take('sts');
    faults.clear();
    await taken?.wait();
    expect(taken?.hang).toBe(true);
  });

  it('ends a request that hangs when the server is closed', async () => {
    const other = await start();
    other.faults.sts({ hang: true });
    const call = expect(stsClient(other).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ code: 'ECONNRESET' });
    while (other.calls.length < 1) await new Promise((resolve) => setImmediate(resolve));
    await other.close();
    await call;
  });

  it('delays the response by `delayMs`, or until clear()', async () => {
    aws.faults.sts({ delayMs: 1 });
    expect(await outcomeOf(callSts())).toBe('allowed');
    aws.faults.sts({ delayMs: 2 ** 31 - 1 });
    const call = outcomeOf(callSts());
    await recorded(2);
    aws.faults.clear();
    expect(await call).toBe('allowed');
    expect(aws.calls.map(({ decision }) => decision)).toEqual(['allowed', 'allowed']);
  });

  it('issues credentials that expire after `expiresInSeconds`', async () => {
    aws.faults.sts({ expiresInSeconds: 60 });
    const { Credentials } = await assumeRole();
    expect(Credentials?.Expiration?.getTime()).toBe(Math.floor(now / 1000) * 1000 + 60_000);
    const keys = await assume(aws);
    aws.faults.clear();
    expect(await outcomeOf(stsClient(aws, keys).send(new GetCallerIdentityCommand({})))).toBe('allowed');
    now += 60_000;
    expect(await outcomeOf(stsClient(aws, keys).send(new GetCallerIdentityCommand({})))).toBe('ExpiredToken');
  });

  it.each([400, -400])(
    'moves the Date header and the Expiration by %i seconds, and does not change the lifetime of sessions',
    async (clockSkewSeconds) => {
      now -= 450_000; // The test moves the clock by 900 seconds, and signatures are accepted within 900 seconds of it.
      aws.faults.sts({ clockSkewSeconds });
      let date = '';
      const sts = stsClient(aws);
      sts.middlewareStack.add(
        (next) => async (args) => {
          const result = await next(args);
          const { response } = result;
          if (typeof response === 'object' && response !== null && 'headers' in response) date = String(Object(response.headers)['date']);
          return result;
        },
        { step: 'deserialize' },
      );
      const response = await sts.send(new AssumeRoleCommand({ RoleArn: ROLE_ARN, RoleSessionName: 'acme', DurationSeconds: 900 }));
      const second = (time: number): number => Math.floor(time / 1000);
      expect(second(Date.parse(date))).toBe(second(now) + clockSkewSeconds);
      expect(second(response.Credentials?.Expiration?.getTime() ?? 0)).toBe(second(now) + clockSkewSeconds + 900);
      aws.faults.clear();
      const keys = keysOf(response);
      now += 899_000;
      expect(await outcomeOf(stsClient(aws, keys).send(new GetCallerIdentityCommand({})))).toBe('allowed');
      now += 1000;
      expect(await outcomeOf(stsClient(aws, keys).send(new GetCallerIdentityCommand({})))).toBe('ExpiredToken');
    },
  );

  it('checks signatures against the skewed clock', async () => {
    aws.faults.sts({ clockSkewSeconds: 901 });
    expect(await outcomeOf(callSts())).toBe('SignatureDoesNotMatch');
  });

  it('allows `callsPerSecond` requests in a second, and throttles the rest', async () => {
    aws.faults.sts({ callsPerSecond: 2 });
    expect([await outcomeOf(callSts()), await outcomeOf(callSts()), await outcomeOf(callSts())]).toEqual([
      'allowed',
      'allowed',
      'Throttling',
    ]);
    now += 500;
    expect([await outcomeOf(callSts()), await outcomeOf(callSts())]).toEqual(['allowed', 'Throttling']);
    now += 60_000;
    expect([await outcomeOf(callSts()), await outcomeOf(callSts()), await outcomeOf(callSts())]).toEqual([
      'allowed',
      'allowed',
      'Throttling',
    ]);
  });

  it('allows one request every two seconds at a rate of 0.5', async () => {
    aws.faults.sts({ callsPerSecond: 0.5 });
    expect([await outcomeOf(callSts()), await outcomeOf(callSts())]).toEqual(['allowed', 'Throttling']);
    now += 2000;
    expect([await outcomeOf(callSts()), await outcomeOf(callSts())]).toEqual(['allowed', 'Throttling']);
  });

  it('combines its members', async () => {
    aws.faults.sts({ delayMs: 1, code: 'InternalFailure', times: 1 });
    expect([await outcomeOf(callSts()), await outcomeOf(callSts())]).toEqual(['InternalFailure', 'allowed']);
  });
});

describe('a fault of another service', () => {
  it('has the same members, returns the codes of its service, and does not affect STS', async () => {
    const s3 = new S3Client(clientConfig(aws, aws.admin));
    const dynamodb = new DynamoDBClient(clientConfig(aws, aws.admin));
    aws.faults.s3({ code: 'SlowDown', times: 1 });
    aws.faults.dynamodb({ code: 'ProvisionedThroughputExceededException', times: 1 });
    expect(await outcomeOf(callSts())).toBe('allowed');
    expect([await outcomeOf(s3.send(new ListBucketsCommand({}))), await outcomeOf(s3.send(new ListBucketsCommand({})))]).toEqual([
      'SlowDown',
      'allowed',
    ]);
    expect([await outcomeOf(dynamodb.send(new ListTablesCommand({}))), await outcomeOf(dynamodb.send(new ListTablesCommand({})))]).toEqual([
      'ProvisionedThroughputExceededException',
      'allowed',
    ]);
    aws.faults.s3({ code: 'ExpiredToken' });
    await expect(s3.send(new ListBucketsCommand({}))).rejects.toMatchObject({
      name: 'ExpiredToken',
      $metadata: { httpStatusCode: 400 },
    });
    aws.faults.s3({ callsPerSecond: 1 });
    aws.faults.dynamodb({ callsPerSecond: 1 });
    await s3.send(new ListBucketsCommand({}));
    await dynamodb.send(new ListTablesCommand({}));
    expect(await outcomeOf(s3.send(new ListBucketsCommand({})))).toBe('SlowDown');
    expect(await outcomeOf(dynamodb.send(new ListTablesCommand({})))).toBe('ThrottlingException');
  });
});

describe('an invalid fault', () => {
  it.each([
    { delay: 5 },
    { constructor: 'x' },
    { code: 5 },
    { code: 'Not A Code' },
    { times: 0 },
    { times: 1.5 },
    { delayMs: -1 },
    { delayMs: '5' },
    { delayMs: 2 ** 31 },
    { down: 'yes' },
    { hang: 1 },
    { expiresInSeconds: 0.5 },
    { clockSkewSeconds: Number.NaN },
    { callsPerSecond: 0 },
  ] as Fault[])('is refused: %j', (fault) => {
    expect(() => aws.faults.sts(fault)).toThrow(/^`faults\.sts`: `\w+` (?:is unknown; use code, |must be )/);
  });
});
