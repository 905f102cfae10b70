import {
  BatchGetSecretValueCommand,
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { sessionOf, startOpen, type TestStatement } from '../session-of.ts';
import { clientConfig, outcomeOf } from '../start-aws.ts';

const SECRET = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:';
const denied = { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } };

let aws: LocalAws;
beforeAll(async () => {
  const names = ['app/acme/db', 'app/globex/db', 'app/acme-2/db', 'acme', 'acme-2', 'acme-abcdef', 'tagged-acme', 'tagged-globex'];
  aws = await startOpen({ secrets: Object.fromEntries(names.map((name) => [name, `the value of ${name}`])) });
  for (const tenant of ['acme', 'globex']) {
    await adminClient().send(new TagResourceCommand({ SecretId: `tagged-${tenant}`, Tags: [{ Key: 'tenant', Value: tenant }] }));
  }
});
afterAll(() => aws.close());

const adminClient = () => new SecretsManagerClient(clientConfig(aws, aws.admin));
async function clientWith(...statements: readonly TestStatement[]): Promise<SecretsManagerClient> {
  return new SecretsManagerClient(clientConfig(aws, await sessionOf(aws, ...statements)));
}
async function arnOf(SecretId: string): Promise<string> {
  return (await adminClient().send(new DescribeSecretCommand({ SecretId }))).ARN ?? '';
}

describe('a session with the secrets of its tenant', () => {
  let client: SecretsManagerClient;
  beforeAll(async () => {
    client = await clientWith({ Action: 'secretsmanager:*', Resource: `${SECRET}app/acme/*` });
  });

  const requests = (SecretId: string): [string, () => Promise<unknown>][] => [
    ['GetSecretValue', () => client.send(new GetSecretValueCommand({ SecretId }))],
    ['DescribeSecret', () => client.send(new DescribeSecretCommand({ SecretId }))],
    ['PutSecretValue', () => client.send(new PutSecretValueCommand({ SecretId, SecretString: 'x' }))],
    ['UpdateSecret', () => client.send(new UpdateSecretCommand({ SecretId, SecretString: 'y' }))],
    ['TagResource', () => client.send(new TagResourceCommand({ SecretId, Tags: [{ Key: 'a', Value: 'b' }] }))],
    ['UntagResource', () => client.send(new UntagResourceCommand({ SecretId, TagKeys: ['a'] }))],
    ['DeleteSecret', () => client.send(new DeleteSecretCommand({ SecretId }))],
    ['RestoreSecret', () => client.send(new RestoreSecretCommand({ SecretId }))],
    ['CreateSecret', () => client.send(new CreateSecretCommand({ Name: `${SecretId}-new`, SecretString: 'x' }))],
  ];

  it.each(requests('app/acme/db'))('may do %s with its own secret', async (_, request) => {
    await expect(request()).resolves.toBeDefined();
  });

  it.each([...requests('app/globex/db'), ...requests('app/acme-2/db'), ...requests('app/acme')])(
    "may not do %s with another tenant's secret",
    async (_, request) => {
      await expect(request()).rejects.toMatchObject(denied);
    },
  );

  it.each(['the ARN', 'the partial ARN'])("may not read another tenant's secret by %s", async (form) => {
    const arn = await arnOf('app/globex/db');
    const SecretId = form === 'the ARN' ? arn : arn.slice(0, -7);
    await expect(client.send(new GetSecretValueCommand({ SecretId }))).rejects.toMatchObject(denied);
  });

  it('gets the same error for a secret of another tenant that does not exist', async () => {
    for (const SecretId of ['app/globex/none', 'app/globex/db']) {
      const message = `is not authorized to perform: secretsmanager:GetSecretValue on resource: ${SecretId} because no session policy`;
      await expect(client.send(new GetSecretValueCommand({ SecretId }))).rejects.toThrow(message);
    }
    await expect(client.send(new GetSecretValueCommand({ SecretId: 'app/acme/none' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it("has left another tenant's secret as it was", async () => {
    const { SecretString, VersionStages } = await adminClient().send(new GetSecretValueCommand({ SecretId: 'app/globex/db' }));
    expect({ SecretString, VersionStages }).toEqual({ SecretString: 'the value of app/globex/db', VersionStages: ['AWSCURRENT'] });
  });
});

describe('the six random characters of an ARN', () => {
  it.each([
    // The hazard: a wildcard after the name matches the random characters, and every longer name.
    [`${SECRET}acme-*`, { acme: 'allowed', 'acme-2': 'allowed', 'acme-abcdef': 'allowed' }],
    [`${SECRET}acme-??????`, { acme: 'allowed', 'acme-2': 'AccessDeniedException', 'acme-abcdef': 'AccessDeniedException' }],
    [`${SECRET}acme`, { acme: 'AccessDeniedException', 'acme-2': 'AccessDeniedException' }],
  ])('are matched by %s as on AWS', async (Resource, outcomes) => {
    const client = await clientWith({ Action: 'secretsmanager:GetSecretValue', Resource });
    for (const [name, outcome] of Object.entries(outcomes)) {
      const arn = await arnOf(name);
      for (const SecretId of [name, arn, arn.slice(0, -7)]) {
        expect(await outcomeOf(client.send(new GetSecretValueCommand({ SecretId }))), SecretId).toBe(outcome);
      }
    }
  });

  it('are part of the ARN that CreateSecret needs', async () => {
    const exact = await clientWith({ Action: 'secretsmanager:CreateSecret', Resource: `${SECRET}created` });
    const pattern = await clientWith({ Action: 'secretsmanager:CreateSecret', Resource: `${SECRET}created-??????` });
    const command = () => new CreateSecretCommand({ Name: 'created', SecretString: 'x' });
    await expect(exact.send(command())).rejects.toMatchObject(denied);
    await expect(pattern.send(command())).resolves.toMatchObject({ Name: 'created' });
    await expect(pattern.send(new CreateSecretCommand({ Name: 'created-2', SecretString: 'x' }))).rejects.toMatchObject(denied);
  });
});

describe('a session whose policy allows everything in Secrets Manager', () => {
  it('may neither list secrets nor read them in a batch', async () => {
    const client = await clientWith({ Action: 'secretsmanager:*', Resource: '*' });
    const message = 'because the local AWS denies it to every session';
    await expect(client.send(new ListSecretsCommand({}))).rejects.toThrow(message);
    await expect(client.send(new BatchGetSecretValueCommand({ SecretIdList: ['acme'] }))).rejects.toThrow(message);
  });
});

it('records a listing that no policy allows as denied', async () => {
  const client = await clientWith({ Action: 'secretsmanager:GetSecretValue', Resource: '*' });
  aws.calls.length = 0;
  await expect(client.send(new ListSecretsCommand({}))).rejects.toMatchObject(denied);
  expect(aws.calls).toMatchObject([{ operation: 'ListSecrets', resource: '*', decision: 'denied' }]);
});

describe('a session that is bound to the tag of its tenant', () => {
  const Condition = { StringEquals: { 'aws:ResourceTag/tenant': 'acme' } };

  it.each([Condition, { StringEquals: { 'secretsmanager:ResourceTag/tenant': 'acme' } }])(
    'reads its own secret only: %j',
    async (condition) => {
      const client = await clientWith({ Action: 'secretsmanager:GetSecretValue', Resource: '*', Condition: condition });
      expect(await outcomeOf(client.send(new GetSecretValueCommand({ SecretId: 'tagged-acme' })))).toBe('allowed');
      for (const SecretId of ['tagged-globex', 'acme', 'none']) {
        await expect(client.send(new GetSecretValueCommand({ SecretId }))).rejects.toMatchObject(denied);
      }
    },
  );

  it('cannot take a secret by a tag without the permission TagResource', async () => {
    const client = await clientWith({ Action: ['secretsmanager:GetSecretValue', 'secretsmanager:CreateSecret'], Resource: '*' });
    const Tags = [{ Key: 'tenant', Value: 'acme' }];
    await expect(client.send(new TagResourceCommand({ SecretId: 'tagged-globex', Tags }))).rejects.toMatchObject(denied);
    await expect(client.send(new CreateSecretCommand({ Name: 'new', SecretString: 'x', Tags }))).rejects.toMatchObject(denied);
  });

  it('creates secrets with its own tag only', async () => {
    const client = await clientWith({
      Action: ['secretsmanager:CreateSecret', 'secretsmanager:TagResource'],
      Resource: '*',
      Condition: {
        StringEquals: { 'aws:RequestTag/tenant': 'acme' },
        'ForAllValues:StringEquals': { 'aws:TagKeys': 'tenant' },
      },
    });
    const create = (Name: string, Tags: { Key: string; Value: string }[]) =>
      outcomeOf(client.send(new CreateSecretCommand({ Name, SecretString: 'x', Tags })));
    expect(await create('own', [{ Key: 'tenant', Value: 'acme' }])).toBe('allowed');
    expect(await create('foreign', [{ Key: 'tenant', Value: 'globex' }])).toBe('AccessDeniedException');
    expect(await create('untagged', [])).toBe('AccessDeniedException');
    expect(
      await create('more', [
        { Key: 'tenant', Value: 'acme' },
        { Key: 'x', Value: 'y' },
      ]),
    ).toBe('AccessDeniedException');
  });
});

it.each<[string, TestStatement['Condition'], object, string]>([
  ['a staging label', { StringEquals: { 'secretsmanager:VersionStage': 'AWSCURRENT' } }, { VersionStage: 'AWSCURRENT' }, 'allowed'],
  [
    'a staging label',
    { StringEquals: { 'secretsmanager:VersionStage': 'AWSCURRENT' } },
    { VersionStage: 'AWSPREVIOUS' },
    'AccessDeniedException',
  ],
  ['a SecretId', { StringEquals: { 'secretsmanager:SecretId': 'acme' } }, {}, 'allowed'],
  ['a SecretId', { StringEquals: { 'secretsmanager:SecretId': 'globex' } }, {}, 'AccessDeniedException'],
])('applies a condition on %s of the request: %j %j', async (_, Condition = {}, more, outcome) => {
  const client = await clientWith({ Action: 'secretsmanager:GetSecretValue', Resource: '*', Condition });
  expect(await outcomeOf(client.send(new GetSecretValueCommand({ SecretId: 'acme', ...more })))).toBe(outcome);
});

it('applies a condition on the deletion without a recovery window', async () => {
  const Action = 'secretsmanager:DeleteSecret';
  const client = await clientWith(
    { Action, Resource: '*' },
    { Effect: 'Deny', Action, Resource: '*', Condition: { Bool: { 'secretsmanager:ForceDeleteWithoutRecovery': 'true' } } },
  );
  const remove = (more: object) => outcomeOf(client.send(new DeleteSecretCommand({ SecretId: 'app/acme-2/db', ...more })));
  expect(await remove({ ForceDeleteWithoutRecovery: true })).toBe('AccessDeniedException');
  expect(await remove({})).toBe('allowed');
});

it('records neither values nor errors with values', async () => {
  aws.calls.length = 0;
  const secret = 'value-that-must-not-be-recorded';
  const client = await clientWith({ Action: 'secretsmanager:*', Resource: `${SECRET}app/acme/*` });
  await client.send(new CreateSecretCommand({ Name: 'app/acme/recorded', SecretString: secret }));
  const failures = await Promise.allSettled([
    client.send(new CreateSecretCommand({ Name: 'app/acme/recorded', SecretString: `${secret}2` })),
    client.send(new PutSecretValueCommand({ SecretId: 'app/globex/db', SecretString: secret })),
    client.send(new PutSecretValueCommand({ SecretId: 'app/acme/recorded', SecretString: secret, ClientRequestToken: 'short' })),
    client.send(new PutSecretValueCommand({ SecretId: 'app/acme/recorded', SecretString: secret.repeat(4000) })),
  ]);
  expect(failures.map(({ status }) => status)).toEqual(Array.from(failures, () => 'rejected'));
  const messages = failures.map((failure) => (failure.status === 'rejected' ? String(failure.reason) : ''));
  expect(JSON.stringify([aws.calls, messages])).not.toContain(secret);
});
