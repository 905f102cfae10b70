import { randomUUID } from 'node:crypto';
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
import { type LocalAws, startLocalAws } from '../../src/index.ts';
import { startOpen } from '../session-of.ts';
import { clientConfig } from '../start-aws.ts';

const DAY_MS = 86_400_000;
const notFound = { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 400 } };
const invalidRequest = { name: 'InvalidRequestException' };

let aws: LocalAws;
let client: SecretsManagerClient;
let skewMs = 0;
beforeAll(async () => {
  aws = await startOpen({
    clock: () => Date.now() + skewMs,
    secrets: { 'acme/db': { user: 'app', password: 'x' }, 'acme/key': 'text', x: 'x', 'x-AbCdEf': 'y' },
  });
  client = new SecretsManagerClient({ ...clientConfig(aws, aws.admin), systemClockOffset: 0 });
});
afterAll(() => aws.close());

const read = (SecretId: string, more: object = {}) => client.send(new GetSecretValueCommand({ SecretId, ...more }));
const put = (SecretId: string, SecretString: string, more: object = {}) =>
  client.send(new PutSecretValueCommand({ SecretId, SecretString, ...more }));
async function create(Name: string, more: object = { SecretString: 'first' }): Promise<string> {
  return (await client.send(new CreateSecretCommand({ Name, ...more }))).ARN ?? '';
}

describe('a secret', () => {
  it('of the options is a text, or JSON', async () => {
    expect(await read('acme/key')).toMatchObject({ SecretString: 'text', VersionStages: ['AWSCURRENT'] });
    expect(JSON.parse((await read('acme/db')).SecretString ?? '')).toEqual({ user: 'app', password: 'x' });
  });

  it('is found by its name, its ARN and its partial ARN', async () => {
    const { ARN = '' } = await read('acme/db');
    expect(ARN).toMatch(/^arn:aws:secretsmanager:us-east-1:000000000000:secret:acme\/db-[A-Za-z0-9]{6}$/);
    expect(await read(ARN)).toMatchObject({ ARN, Name: 'acme/db' });
    expect(await read(ARN.slice(0, -7))).toMatchObject({ ARN, Name: 'acme/db' });
  });

  it('is not found by its name with the six random characters', async () => {
    const { ARN = '' } = await read('acme/db');
    await expect(read(ARN.replace(/^.*:/, ''))).rejects.toMatchObject(notFound);
  });

  it('keeps bytes', async () => {
    await create('bytes', { SecretBinary: Buffer.from([0, 255, 1]) });
    const { SecretBinary, SecretString } = await read('bytes');
    expect([SecretString, Buffer.from(SecretBinary ?? [])]).toEqual([undefined, Buffer.from([0, 255, 1])]);
  });

  it('has tags and a description', async () => {
    await create('tagged', {
      SecretString: 'x',
      Description: 'd',
      Tags: [
        { Key: 'tenant', Value: 'acme' },
        { Key: 'a', Value: 'b' },
      ],
    });
    await client.send(new TagResourceCommand({ SecretId: 'tagged', Tags: [{ Key: 'tenant', Value: 'globex' }] }));
    await client.send(new UntagResourceCommand({ SecretId: 'tagged', TagKeys: ['a'] }));
    await client.send(new UpdateSecretCommand({ SecretId: 'tagged', Description: 'e' }));
    const described = await client.send(new DescribeSecretCommand({ SecretId: 'tagged' }));
    expect(described).toMatchObject({ Description: 'e', Tags: [{ Key: 'tenant', Value: 'globex' }] });
    expect(described).not.toHaveProperty('SecretString');
  });
});

describe('the versions of a secret', () => {
  it('move AWSCURRENT and AWSPREVIOUS', async () => {
    await create('versions');
    const second = await put('versions', 'second');
    expect(await read('versions')).toMatchObject({ SecretString: 'second', VersionId: second.VersionId });
    expect(await read('versions', { VersionStage: 'AWSPREVIOUS' })).toMatchObject({ SecretString: 'first' });
    await put('versions', 'third');
    expect(await read('versions', { VersionStage: 'AWSPREVIOUS' })).toMatchObject({ SecretString: 'second' });
    expect(await read('versions', { VersionId: second.VersionId, VersionStage: 'AWSPREVIOUS' })).toMatchObject({ SecretString: 'second' });
    const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId: 'versions' }));
    expect(Object.values(VersionIdsToStages)).toEqual([['AWSPREVIOUS'], ['AWSCURRENT']]);
  });

  it('have other staging labels, which do not change the current version', async () => {
    await create('stages');
    await put('stages', 'pending', { VersionStages: ['AWSPENDING'] });
    expect(await read('stages')).toMatchObject({ SecretString: 'first' });
    expect(await read('stages', { VersionStage: 'AWSPENDING' })).toMatchObject({ SecretString: 'pending' });
  });

  it('are not added twice by the same request', async () => {
    const ClientRequestToken = randomUUID();
    const ARN = await create('idempotent', { SecretString: 'a', ClientRequestToken });
    expect(await create('idempotent', { SecretString: 'a', ClientRequestToken })).toBe(ARN);
    await expect(create('idempotent', { SecretString: 'b', ClientRequestToken })).rejects.toMatchObject({
      name: 'ResourceExistsException',
    });
    await put('idempotent', 'a', { ClientRequestToken });
    await expect(put('idempotent', 'b', { ClientRequestToken })).rejects.toMatchObject({ name: 'ResourceExistsException' });
    const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: 'idempotent' }));
    expect(VersionIdsToStages).toEqual({ [ClientRequestToken]: ['AWSCURRENT'] });
  });

  it('are one for each of many requests at the same time', async () => {
    await create('parallel');
    await Promise.all(Array.from({ length: 20 }, (_, index) => put('parallel', `value ${index}`)));
    const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId: 'parallel' }));
    expect(Object.values(VersionIdsToStages).flat().toSorted()).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });

  it('that do not exist are not found', async () => {
    await create('empty', {});
    await expect(read('empty')).rejects.toMatchObject(notFound);
    await expect(read('acme/db', { VersionStage: 'AWSPREVIOUS' })).rejects.toMatchObject(notFound);
    await expect(read('acme/db', { VersionId: randomUUID() })).rejects.toMatchObject(notFound);
    const { VersionId } = await read('acme/db');
    await expect(read('acme/db', { VersionId, VersionStage: 'AWSPENDING' })).rejects.toMatchObject(invalidRequest);
  });
});

describe('a deleted secret', () => {
  it('is restored within its recovery window', async () => {
    await create('deleted');
    const { DeletionDate } = await client.send(new DeleteSecretCommand({ SecretId: 'deleted', RecoveryWindowInDays: 7 }));
    expect(Math.round(((DeletionDate?.getTime() ?? 0) - Date.now()) / DAY_MS)).toBe(7);
    for (const request of [read('deleted'), put('deleted', 'x'), create('deleted')]) {
      await expect(request).rejects.toMatchObject(invalidRequest);
    }
    await client.send(new RestoreSecretCommand({ SecretId: 'deleted' }));
    expect(await read('deleted')).toMatchObject({ SecretString: 'first' });
  });

  it('is gone after its recovery window', async () => {
    const first = await create('expired');
    await client.send(new DeleteSecretCommand({ SecretId: 'expired' }));
    skewMs = 30 * DAY_MS + 1000;
    const later = new SecretsManagerClient({ ...clientConfig(aws, aws.admin), systemClockOffset: skewMs });
    await expect(later.send(new GetSecretValueCommand({ SecretId: first }))).rejects.toMatchObject(notFound);
    const { ARN } = await later.send(new CreateSecretCommand({ Name: 'expired', SecretString: 'second' }));
    expect(ARN).not.toBe(first);
    skewMs = 0;
  });

  it('is gone immediately without a recovery window, and can be deleted again', async () => {
    const first = await create('forced');
    const force = { SecretId: 'forced', ForceDeleteWithoutRecovery: true };
    await client.send(new DeleteSecretCommand(force));
    await expect(read('forced')).rejects.toMatchObject(notFound);
    await client.send(new DeleteSecretCommand(force));
    expect(await create('forced')).not.toBe(first);
    await expect(read(first)).rejects.toMatchObject(notFound);
    await expect(client.send(new DeleteSecretCommand({ ...force, RecoveryWindowInDays: 7 }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });
});

it('lists secrets for the administrator, in pages and without values', async () => {
  const names: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(new ListSecretsCommand({ MaxResults: 3, NextToken }));
    names.push(...(page.SecretList ?? []).map(({ Name = '' }) => Name));
    expect(JSON.stringify(page)).not.toContain('password');
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  expect(names).toEqual([...new Set(names)].toSorted());
  expect(names).toEqual(expect.arrayContaining(['acme/db', 'acme/key', 'x', 'x-AbCdEf']));
});

describe('Secrets Manager refuses', () => {
  it.each<[string, () => Promise<unknown>, string]>([
    ['a name with a space', () => create('a b'), 'ValidationException'],
    ['a name with a wildcard', () => create('acme/*'), 'ValidationException'],
    ['a name of 513 characters', () => create('x'.repeat(513)), 'ValidationException'],
    ['a value of more than 65,536 bytes', () => create('large', { SecretString: 'é'.repeat(32_769) }), 'ValidationException'],
    ['two values', () => create('two', { SecretString: 'x', SecretBinary: Buffer.from('x') }), 'InvalidParameterException'],
    ['a version without a value', () => client.send(new PutSecretValueCommand({ SecretId: 'x' })), 'InvalidRequestException'],
    ['a secret that exists', () => create('x'), 'ResourceExistsException'],
    ['a secret that does not exist', () => read('none'), 'ResourceNotFoundException'],
    ['a property of every object as a name', () => read('constructor'), 'ResourceNotFoundException'],
    ['an ARN of another service', () => read('arn:aws:ssm:us-east-1:000000000000:parameter/x'), 'ValidationException'],
    ['an ARN of another region', () => read('arn:aws:secretsmanager:eu-west-1:000000000000:secret:x'), 'ResourceNotFoundException'],
    ['an ARN of another account', () => read('arn:aws:secretsmanager:us-east-1:111122223333:secret:x'), 'ResourceNotFoundException'],
    [
      'a recovery window of 6 days',
      () => client.send(new DeleteSecretCommand({ SecretId: 'x', RecoveryWindowInDays: 6 })),
      'ValidationException',
    ],
    ['a key of KMS', () => create('kms', { SecretString: 'x', KmsKeyId: 'alias/aws/secretsmanager' }), 'NotImplemented'],
    ['replicas', () => create('replicas', { SecretString: 'x', AddReplicaRegions: [{ Region: 'eu-west-1' }] }), 'NotImplemented'],
    [
      'tags that differ only in case',
      () =>
        create('tags', {
          Tags: [
            { Key: 'a', Value: '' },
            { Key: 'A', Value: '' },
          ],
        }),
      'NotImplemented',
    ],
    ['a tag of AWS', () => create('tags', { Tags: [{ Key: 'aws:x', Value: '' }] }), 'ValidationException'],
    ['filters', () => client.send(new ListSecretsCommand({ Filters: [{ Key: 'name', Values: ['x'] }] })), 'NotImplemented'],
    ['a batch', () => client.send(new BatchGetSecretValueCommand({ SecretIdList: ['x'] })), 'NotImplemented'],
  ])('%s', async (_, request, name) => {
    await expect(request()).rejects.toMatchObject({ name });
  });
});

it.each<[string, Record<string, never>]>([
  ['a b', { 'a b': 'x' } as never],
  ['empty', { empty: '' } as never],
  ['number', { number: 1 } as never],
  ['null', { null: null } as never],
])('does not start with the secret %s', async (name, secrets) => {
  await expect(startLocalAws({ secrets })).rejects.toThrow(`the secret \`${name}\` cannot be created`);
});
