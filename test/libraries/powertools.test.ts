import { makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { SecretsProvider } from '@aws-lambda-powertools/parameters/secrets';
import { SSMProvider } from '@aws-lambda-powertools/parameters/ssm';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { type TenantAws, TokenVendingMachine } from '@tenant-aws/core';
import { type LocalAws, startLocalAws } from '@tenant-aws/local';
import { shipped, TemplateLibrary } from '@tenant-aws/policy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identityOf } from '../support/identity-of.ts';
import { roleArn } from '../support/notes-aws.ts';
import { stsAt } from '../support/sts-at.ts';

const REGIONAL = '{{region}}:{{account}}';
const EVERYTHING = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } as const;

/** Templates of an application: parameters, secrets and the records of idempotency. */
const templates = {
  parameters: {
    Effect: 'Allow',
    Action: ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:PutParameter'],
    Resource: `arn:{{partition}}:ssm:${REGIONAL}:parameter/app/{{tenant}}/*`,
  },
  'parameter-path': {
    Effect: 'Allow',
    Action: 'ssm:GetParametersByPath',
    Resource: `arn:{{partition}}:ssm:${REGIONAL}:parameter/app/{{tenant}}`,
  },
  secrets: {
    Effect: 'Allow',
    Action: 'secretsmanager:GetSecretValue',
    Resource: `arn:{{partition}}:secretsmanager:${REGIONAL}:secret:app/{{tenant}}/*`,
  },
  /** A table without a sort key: its partition key begins with the tenant id and a character that no tenant id has. */
  records: {
    Effect: 'Allow',
    Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
    Resource: `arn:{{partition}}:dynamodb:${REGIONAL}:table/records`,
    Condition: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['{{tenant}}#*'] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  },
};

const source = {
  read: () => Object.entries(templates).map(([name, statement]) => ({ name, text: JSON.stringify(statement), origin: `${name}.json` })),
};

const denial = (action: string) => ({ cause: { name: 'AccessDeniedException', message: expect.stringContaining(action) } });

let aws: LocalAws;
let machine: TokenVendingMachine;
beforeAll(async () => {
  const tenants = ['acme', 'globex'];
  aws = await startLocalAws({
    roles: { [roleArn]: { policy: EVERYTHING } },
    parameters: Object.fromEntries(
      tenants.flatMap((tenant) => [
        [`/app/${tenant}/url`, `https://${tenant}.example.com`],
        [`/app/${tenant}/features`, { Value: JSON.stringify({ tenant }) }],
        [`/app/${tenant}/password`, { Type: 'SecureString' as const, Value: `password of ${tenant}` }],
      ]),
    ),
    secrets: Object.fromEntries(tenants.map((tenant) => [`app/${tenant}/db`, { user: tenant }])),
    tables: [
      {
        TableName: 'idempotency',
        KeySchema: [
          { AttributeName: 'tenant', KeyType: 'HASH' },
          { AttributeName: 'id', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'tenant', AttributeType: 'S' },
          { AttributeName: 'id', AttributeType: 'S' },
        ],
        BillingMode: 'PAY_PER_REQUEST',
      },
      {
        TableName: 'records',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      },
    ],
  });
  machine = new TokenVendingMachine({
    roleArn,
    library: TemplateLibrary.from([shipped(), source]),
    permissions: [...Object.keys(templates), 'dynamodb-leading-keys'],
    variables: { table: 'idempotency' },
    sts: stsAt(aws.url, aws),
  });
});
afterAll(async () => {
  await machine.close();
  await aws.close();
});

const tenantAwsOf = (tenant: string): TenantAws => machine.for(identityOf(tenant));
const endpoint = () => ({ endpoint: aws.url });

describe('the parameters utility with the client of a tenant', () => {
  const providerOf = (tenant: string) => new SSMProvider({ awsSdkV3Client: tenantAwsOf(tenant).client(SSMClient, endpoint()) });

  it("reads and writes the tenant's own parameters", async () => {
    const provider = providerOf('acme');
    expect(await provider.get('/app/acme/url')).toBe('https://acme.example.com');
    expect(await provider.get('/app/acme/features', { transform: 'json' })).toEqual({ tenant: 'acme' });
    expect(await provider.get('/app/acme/password', { decrypt: true })).toBe('password of acme');
    const all = { features: JSON.stringify({ tenant: 'acme' }), password: 'password of acme', url: 'https://acme.example.com' };
    expect(await provider.getMultiple('/app/acme', { decrypt: true })).toEqual(all);
    expect(await provider.getParametersByName({ '/app/acme/url': {}, '/app/acme/features': { transform: 'json' } })).toEqual({
      '/app/acme/url': 'https://acme.example.com',
      '/app/acme/features': { tenant: 'acme' },
    });
    expect(await provider.set('/app/acme/new', { value: 'x' })).toBe(1);
    expect(await provider.get('/app/acme/new')).toBe('x');
  });

  it("is denied another tenant's parameters", async () => {
    const provider = providerOf('acme');
    await expect(provider.get('/app/globex/url')).rejects.toMatchObject(denial('ssm:GetParameter'));
    await expect(provider.get('/app/globex/password', { decrypt: true })).rejects.toMatchObject(denial('ssm:GetParameter'));
    for (const path of ['/app/globex', '/app', '/']) {
      await expect(provider.getMultiple(path, { recursive: true })).rejects.toMatchObject(denial('ssm:GetParametersByPath'));
    }
    await expect(provider.getParametersByName({ '/app/acme/url': {}, '/app/globex/url': {} })).rejects.toThrow('ssm:GetParameters');
    await expect(provider.set('/app/globex/url', { value: 'x', overwrite: true })).rejects.toMatchObject(denial('ssm:PutParameter'));
  });

  it('does not share the cache of one tenant with the provider of another', async () => {
    const [acme, globex] = [providerOf('acme'), providerOf('globex')];
    await acme.get('/app/acme/url');
    await expect(globex.get('/app/acme/url')).rejects.toMatchObject(denial('ssm:GetParameter'));
  });
});

describe('the secrets utility with the client of a tenant', () => {
  const providerOf = (tenant: string) =>
    new SecretsProvider({ awsSdkV3Client: tenantAwsOf(tenant).client(SecretsManagerClient, endpoint()) });

  it("reads the tenant's own secret, and is denied another tenant's", async () => {
    expect(await providerOf('acme').get('app/acme/db', { transform: 'json' })).toEqual({ user: 'acme' });
    await expect(providerOf('acme').get('app/globex/db')).rejects.toMatchObject(denial('secretsmanager:GetSecretValue'));
  });
});

describe('the idempotency utility with the client of a tenant', () => {
  /** The partition key of each record is the tenant id, as `dynamodb-leading-keys` requires. */
  const storeOf = (tenant: string, staticPkValue = tenant) =>
    new DynamoDBPersistenceLayer({
      tableName: 'idempotency',
      keyAttr: 'tenant',
      sortKeyAttr: 'id',
      staticPkValue,
      awsSdkV3Client: tenantAwsOf(tenant).client(DynamoDBClient, endpoint()),
    });

  /** Makes a function that counts its calls idempotent. */
  function counted(persistenceStore: DynamoDBPersistenceLayer, keyPrefix = 'pay') {
    let calls = 0;
    const pay = makeIdempotent(
      async ({ order }: { order: string }) => {
        calls += 1;
        return { order, call: calls };
      },
      { persistenceStore, keyPrefix },
    );
    return { pay, calls: () => calls };
  }

  it('runs a function once for one payload of one tenant', async () => {
    const { pay, calls } = counted(storeOf('acme'));
    expect(await pay({ order: '1' })).toEqual({ order: '1', call: 1 });
    expect(await pay({ order: '1' })).toEqual({ order: '1', call: 1 });
    expect(await pay({ order: '2' })).toEqual({ order: '2', call: 2 });
    expect(calls()).toBe(2);
  });

  it('runs a function for each tenant, also for the same payload', async () => {
    const { pay, calls } = counted(storeOf('globex'));
    await pay({ order: '1' });
    expect(calls()).toBe(1);
    const admin = new DynamoDBClient({ endpoint: aws.url, region: 'us-east-1', credentials: aws.admin });
    const { Items = [] } = await admin.send(new ScanCommand({ TableName: 'idempotency' }));
    expect(Items.map(({ tenant }) => tenant?.S ?? '').toSorted()).toEqual(['acme', 'acme', 'globex']);
    admin.destroy();
  });

  // `idempotency#` and the name of the function are the default key, which all tenants would share.
  it.each(['globex', 'acme-2', 'idempotency#function'])('is denied, and does not run the function, with the key %s', async (key) => {
    const { pay, calls } = counted(storeOf('acme', key));
    await expect(pay({ order: '1' })).rejects.toMatchObject({
      cause: { name: 'AccessDeniedException', message: expect.stringContaining('dynamodb:PutItem') },
    });
    expect(calls()).toBe(0);
  });

  it('has the tenant in front of each key by `keyPrefix`, in a table without a sort key', async () => {
    const store = () =>
      new DynamoDBPersistenceLayer({ tableName: 'records', awsSdkV3Client: tenantAwsOf('acme').client(DynamoDBClient, endpoint()) });
    const own = counted(store(), 'acme');
    await own.pay({ order: '1' });
    await own.pay({ order: '1' });
    expect(own.calls()).toBe(1);
    for (const prefix of ['globex', 'acme-2', 'pay']) {
      const { pay, calls } = counted(store(), prefix);
      await expect(pay({ order: '1' })).rejects.toMatchObject({ cause: { name: 'AccessDeniedException' } });
      expect(calls()).toBe(0);
    }
  });
});
