import { connect } from 'node:net';
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type LocalAwsOptions, startLocalAws } from '../src/index.ts';
import { assume, clientConfig, POOL_ROLE, ROLE_ARN, start } from './start-aws.ts';

const TABLE: Omit<CreateTableCommandInput, 'TableName'> = {
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  BillingMode: 'PAY_PER_REQUEST',
};
const STATEMENT = { Effect: 'Allow', Action: 's3:*', Resource: '*' } as const;

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('startLocalAws', () => {
  it('needs no options: it then has no roles, buckets, tables, queues or topics', async () => {
    const aws = await startLocalAws();
    const s3 = new S3Client(clientConfig(aws, aws.admin));
    expect((await s3.send(new ListBucketsCommand({}))).Buckets ?? []).toEqual([]);
    await expect(assume(aws)).rejects.toMatchObject({ name: 'AccessDenied' });
    s3.destroy();
    await aws.close();
  });

  it('creates tables after a start without tables, also with concurrent first requests', async () => {
    const aws = await startLocalAws();
    const dynamodb = new DynamoDBClient(clientConfig(aws, aws.admin));
    const stranger = new DynamoDBClient(clientConfig(aws, { ...aws.admin, secretAccessKey: 'other' }));
    // Before the engine is loaded.
    await expect(stranger.send(new ListTablesCommand({}))).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    const names = ['first', 'second', 'third', 'fourth'];
    await Promise.all(names.map((TableName) => dynamodb.send(new CreateTableCommand({ ...TABLE, TableName }))));
    expect((await dynamodb.send(new ListTablesCommand({}))).TableNames).toEqual(names.toSorted());
    for (const client of [dynamodb, stranger]) client.destroy();
    await aws.close();
  });

  it('listens on 127.0.0.1 only, on the given port', async () => {
    const aws = await start();
    const { port } = new URL(aws.url);
    expect(aws.url).toBe(`http://127.0.0.1:${port}`);
    await aws.close();
    const again = await start({ port: Number(port) });
    expect(again.url).toBe(aws.url);
    await again.close();
  });

  it('rejects when the port is in use, and leaves nothing open', async () => {
    const aws = await start();
    await expect(start({ port: Number(new URL(aws.url).port) })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await aws.close();
  });

  it('can be closed twice, also concurrently', async () => {
    const aws = await start();
    await Promise.all([aws.close(), aws.close()]);
    await expect(aws.close()).resolves.toBeUndefined();
  });

  it('closes every connection, including idle ones, when it is closed', async () => {
    const aws = await start();
    const socket = connect(Number(new URL(aws.url).port), '127.0.0.1');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.on('error', () => {});
    await aws.close();
    await closed;
  });

  it.each<[string, unknown]>([
    ['`bukets` is not an option', { roles: {}, bukets: [] }],
    ['`bukets` is not an option: did you mean `buckets`?', { bukets: [] }],
    ['`isuerFile` is not an option: did you mean `issuerFile`?', { isuerFile: 'key.json' }],
    ['`queue` is not an option: did you mean `queues`?', { queue: [] }],
    ['the options of startLocalAws must be an object', null],
    ['the options of startLocalAws must be an object', 'local.json'],
    ['`roles` must be an object', { roles: null }],
    ['`roles` must be an object', { roles: [] }],
    ["`roles['arn:aws:iam::000000000000:role/TenantAccess']` must be an object with a `policy`", { roles: { [ROLE_ARN]: null } }],
    ['`buckets` must be an array', { roles: {}, buckets: 'notes' }],
    ['`tables` must be an array', { roles: {}, tables: {} }],
    ['`queues` must be an array', { roles: {}, queues: 'jobs' }],
    ['`topics` must be an array', { roles: {}, topics: null }],
    ['`secrets` must be an object', { roles: {}, secrets: ['acme/db'] }],
    ['`parameters` must be an object', { roles: {}, parameters: null }],
    ['`keys` must be an array', { roles: {}, keys: 'tenants' }],
    ['`keys[1]` must be the alias or the id of a key', { roles: {}, keys: ['tenants', 5] }],
    ['`keyz` is not an option: did you mean `keys`?', { keyz: [] }],
    ['`buses` must be an array', { buses: 'orders' }],
    ['`functions` must be an object whose members are functions', { functions: [] }],
    ['`functions` must be an object whose members are functions', { functions: null }],
    ['`stateMachines` must be an object whose members are functions', { stateMachines: 'worker' }],
    ["`stateMachines['worker']` must be a function", { stateMachines: { worker: {} } }],
    ['the state machine `a:b` cannot be created', { stateMachines: { 'a:b': () => null } }],
    ["`functions['worker']` must be a function", { functions: { worker: 'worker.js' } }],
    ['the function `a:b` cannot be created', { functions: { 'a:b': () => null } }],
    ['`logGroups` must be an array', { logGroups: 'app' }],
    ['the log group `a b` cannot be created', { logGroups: ['a b'] }],
    ['the event bus `a:b` cannot be created', { buses: ['a:b'] }],
    ['`identityProviders` must be an array', { roles: {}, identityProviders: {} }],
    [
      '`identityProviders[0]` must have a `url`',
      { roles: {}, identityProviders: [{ url: 'https://login.example.com', audiences: 'my-app' }] },
    ],
    ['`identityProviders[0]` must have a `url`', { roles: {}, identityProviders: [{ audiences: ['my-app'] }] }],
    [
      '`identityProviders[0]` must have a `url`',
      { roles: {}, identityProviders: [{ url: 'https://login.example.com', audiences: ['my-app'], jwks: { keys: 'none' } }] },
    ],
    ['the table `notes` cannot be created', { roles: {}, tables: ['notes'] }],
    ['`region` must be an AWS region', { roles: {}, region: 'moon' }],
    ['`port` must be an integer from 0 to 65535', { roles: {}, port: '80' }],
    ['`issuerPort` must be an integer from 0 to 65535', { roles: {}, issuerPort: 65_536 }],
    ['`clock` must be a function', { roles: {}, clock: 5 }],
    ["`roles['TenantAccess']` is not the ARN of a role", { roles: { TenantAccess: POOL_ROLE } }],
    ['in the partition `aws`', { roles: { 'arn:aws-cn:iam::000000000000:role/TenantAccess': POOL_ROLE } }],
    ['.polcy` is not an option', { roles: { [ROLE_ARN]: { ...POOL_ROLE, polcy: {} } } }],
    ['.policy`', { roles: { [ROLE_ARN]: {} } }],
    ['.policy`', { roles: { [ROLE_ARN]: { policy: { Version: '2012-10-17', Statement: { ...STATEMENT, Effect: 'Alow' } } } } }],
    ['.maxSessionDuration` must be an integer from 3600 to 43200', { roles: { [ROLE_ARN]: { ...POOL_ROLE, maxSessionDuration: 900 } } }],
    [
      'a statement needs a `Principal` or a `NotPrincipal`',
      {
        roles: { [ROLE_ARN]: { ...POOL_ROLE, trust: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'sts:AssumeRole' } } } },
      },
    ],
    ...[{ Group: 'admins' }, { service: 'ec2.amazonaws.com' }, {}, { Service: 42 }, null, 'ec2.amazonaws.com'].map(
      (Principal): [string, unknown] => [
        'a statement needs a `Principal` of `AWS`, `Federated`, `Service`, `CanonicalUser`',
        {
          roles: {
            [ROLE_ARN]: {
              ...POOL_ROLE,
              trust: { Version: '2012-10-17', Statement: { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' } },
            },
          },
        },
      ],
    ),
    [
      '`NotPrincipal` needs the effect `Deny`',
      {
        roles: {
          [ROLE_ARN]: {
            ...POOL_ROLE,
            trust: {
              Version: '2012-10-17',
              Statement: { Effect: 'Allow', NotPrincipal: { AWS: '111111111111' }, Action: 'sts:AssumeRole' },
            },
          },
        },
      },
    ],
    [
      'a statement needs a `Principal` of `AWS`, `Federated`, `Service`, `CanonicalUser`',
      {
        roles: {
          [ROLE_ARN]: {
            ...POOL_ROLE,
            trust: { Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: { AWS: 42 }, Action: 'sts:AssumeRole' } },
          },
        },
      },
    ],
    ...['arn:aws:iam::000000000000:role/*', '0000*', 'arn:aws:sts::000000000000:assumed-role/Web/?cme'].map((AWS): [string, unknown] => [
      'the wildcard `*` only as a whole name',
      {
        roles: {
          [ROLE_ARN]: {
            ...POOL_ROLE,
            trust: { Version: '2012-10-17', Statement: { Effect: 'Deny', Principal: { AWS: ['*', AWS] }, Action: 'sts:AssumeRole' } },
          },
        },
      },
    ]),
    [
      'the wildcard `*` only as a whole name',
      {
        roles: {
          [ROLE_ARN]: {
            ...POOL_ROLE,
            trust: {
              Version: '2012-10-17',
              Statement: { Effect: 'Allow', Principal: { Federated: '*' }, Action: 'sts:AssumeRoleWithWebIdentity' },
            },
          },
        },
      },
    ],
    [
      'a statement needs a `Principal` or a `NotPrincipal`',
      {
        roles: {
          [ROLE_ARN]: {
            ...POOL_ROLE,
            trust: { Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: '*', NotPrincipal: '*', Action: 'sts:AssumeRole' } },
          },
        },
      },
    ],
    [
      '.trust`',
      {
        roles: {
          [ROLE_ARN]: {
            ...POOL_ROLE,
            trust: {
              Version: '2012-10-17',
              Statement: { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole', Condition: { StringAlmost: { a: 'b' } } },
            },
          },
        },
      },
    ],
    ['Bad_Bucket', { roles: {}, buckets: ['Bad_Bucket'] }],
  ])('refuses to start: %s', async (message, options) => {
    await expect(startLocalAws(options as LocalAwsOptions)).rejects.toThrow(message);
  });

  it('names every invalid option in one error', async () => {
    const options = { roles: { a: POOL_ROLE, [ROLE_ARN]: { ...POOL_ROLE, maxSessionDuration: 1 } } };
    await expect(startLocalAws(options)).rejects.toThrow(/roles\['a'\].*maxSessionDuration/);
  });

  it('keeps its roles when the objects in the options change later', async () => {
    const policy = { Version: '2012-10-17' as const, Statement: [{ ...STATEMENT, Action: 's3:GetObject' as string }] };
    const aws = await start({ roles: { [ROLE_ARN]: { policy } } });
    try {
      policy.Statement.push({ ...STATEMENT, Action: '*' });
      await expect(new S3Client(clientConfig(aws, await assume(aws))).send(new ListBucketsCommand({}))).rejects.toMatchObject({
        name: 'AccessDenied',
      });
    } finally {
      await aws.close();
    }
  });
});

describe('an unsigned request', () => {
  it.each([
    ['DynamoDB', { 'x-amz-target': 'DynamoDB_20120810.GetItem' }, 400, '"__type":"com.amazon'],
    ['SQS', { 'x-amz-target': 'AmazonSQS.SendMessage' }, 403, '"__type":"com.amazon'],
    ['STS', { 'content-type': 'application/x-www-form-urlencoded' }, 403, '<Type>Sender</Type><Code>MissingAuthenticationToken</Code>'],
    ['EventBridge', { 'x-amz-target': 'AWSEvents.PutEvents' }, 400, '"__type":"MissingAuthenticationTokenException"'],
    ['CloudWatch Logs', { 'x-amz-target': 'Logs_20140328.PutLogEvents' }, 400, '"__type":"MissingAuthenticationTokenException"'],
    ['Step Functions', { 'x-amz-target': 'AWSStepFunctions.StartExecution' }, 400, '"__type":"MissingAuthenticationTokenException"'],
    ['S3', {}, 403, '<Code>AccessDenied</Code>'],
  ])('is refused in the error format of %s, which its headers indicate', async (_, headers, status, words) => {
    const aws = await start();
    try {
      const body = 'content-type' in headers ? 'Action=AssumeRole&Version=2011-06-15' : '{}';
      const response = await fetch(aws.url, { method: 'POST', headers, body });
      expect(response.status).toBe(status);
      expect(await response.text()).toContain(words);
    } finally {
      await aws.close();
    }
  });
});

describe('env and unset', () => {
  it('direct an SDK to the local AWS even if a profile, a session token and other endpoints were set before', async () => {
    const aws = await start({ region: 'eu-central-1' });
    try {
      for (const name of aws.unset) vi.stubEnv(name, 'true');
      vi.stubEnv('AWS_PROFILE', 'production');
      vi.stubEnv('AWS_ENDPOINT_URL_STS', 'http://127.0.0.1:9');
      for (const [name, value] of Object.entries(aws.env)) vi.stubEnv(name, value);
      for (const name of aws.unset) vi.stubEnv(name, undefined);
      const client = new STSClient({ maxAttempts: 1 });
      expect((await client.send(new GetCallerIdentityCommand({}))).Arn).toBe('arn:aws:iam::000000000000:user/base');
      await expect(new S3Client({ maxAttempts: 1 }).send(new ListBucketsCommand({}))).rejects.toMatchObject({ name: 'AccessDenied' });
    } finally {
      await aws.close();
    }
  });

  it('are applied to an environment by applyTo, and its result restores it', async () => {
    const aws = await start();
    const before = {
      ...Object.fromEntries(aws.unset.map((name) => [name, 'production'])),
      AWS_ENDPOINT_URL_LAMBDA: 'https://lambda.example.com',
      AWS_REGION: 'eu-west-1',
      HOME: '/home/dev',
      TENANT_AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/Production',
    };
    const environment: Record<string, string | undefined> = { ...before };

    const restore = aws.applyTo(environment, { TENANT_AWS_ROLE_ARN: ROLE_ARN, TENANT_AWS_TEMPLATES: 's3-folder-per-tenant' });
    const applied = { ...environment };
    environment['ADDED_LATER'] = '1';
    restore();
    await aws.close();

    const variables = { TENANT_AWS_ROLE_ARN: ROLE_ARN, TENANT_AWS_TEMPLATES: 's3-folder-per-tenant' };
    expect(applied).toEqual({ ...aws.env, ...variables, HOME: '/home/dev' });
    expect(environment).toEqual({ ...before, ADDED_LATER: '1' });
  });

  it.each(['AWS_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_ENDPOINT_URL_S3', 'AWS_USE_FIPS_ENDPOINT', 'AWS_CREDENTIAL_EXPIRATION'])(
    'direct an SDK to the local AWS by applyTo(process.env) although %s was set',
    async (name) => {
      const aws = await start();
      vi.stubEnv(name, name.includes('URL') ? 'http://127.0.0.1:9' : name.endsWith('EXPIRATION') ? '2020-01-01T00:00:00Z' : 'true');
      const restore = aws.applyTo(process.env);
      try {
        const client = new STSClient({ maxAttempts: 1 });
        expect((await client.send(new GetCallerIdentityCommand({}))).Arn).toBe('arn:aws:iam::000000000000:user/base');
        await expect(new S3Client({ maxAttempts: 1 }).send(new ListBucketsCommand({}))).rejects.toMatchObject({ name: 'AccessDenied' });
      } finally {
        restore();
        await aws.close();
      }
    },
  );

  it('name every variable once, and have none in common', async () => {
    const aws = await start();
    await aws.close();
    expect(new Set(aws.unset).size).toBe(aws.unset.length);
    expect(aws.unset.filter((name) => name in aws.env)).toEqual([]);
    for (const name of [
      'AWS_PROFILE',
      'AWS_SESSION_TOKEN',
      'AWS_USE_FIPS_ENDPOINT',
      'AWS_USE_DUALSTACK_ENDPOINT',
      'AWS_ENDPOINT_URL_S3',
      'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
    ]) {
      expect(aws.unset).toContain(name);
    }
    expect(aws.env).toMatchObject({ AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-east-1', AWS_EC2_METADATA_DISABLED: 'true' });
  });
});
