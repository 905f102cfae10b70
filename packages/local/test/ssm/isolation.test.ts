import { randomUUID } from 'node:crypto';
import {
  DeleteParameterCommand,
  DeleteParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { sessionOf, startOpen, type TestStatement } from '../session-of.ts';
import { clientConfig, outcomeOf } from '../start-aws.ts';

const PARAMETER = 'arn:aws:ssm:us-east-1:000000000000:parameter';
const KEY_ID = '1234abcd-12ab-34cd-56ef-1234567890ab';
const KEY_ARN = `arn:aws:kms:us-east-1:000000000000:key/${KEY_ID}`;
const denied = { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } };

let aws: LocalAws;
beforeAll(async () => {
  const tenants = ['acme', 'globex', 'acme-2'];
  aws = await startOpen({
    keys: [KEY_ID],
    parameters: Object.fromEntries(
      tenants.flatMap((tenant) => [
        [`/app/${tenant}/url`, `the value of ${tenant}`],
        [`/app/${tenant}/secret`, { Type: 'SecureString' as const, Value: `the secret of ${tenant}`, KeyId: KEY_ID }],
        [`/app/${tenant}/default`, { Type: 'SecureString' as const, Value: `the default of ${tenant}` }],
      ]),
    ),
  });
});
afterAll(() => aws.close());

async function clientWith(...statements: readonly TestStatement[]): Promise<SSMClient> {
  return new SSMClient(clientConfig(aws, await sessionOf(aws, ...statements)));
}

describe('a session with the parameters of its tenant', () => {
  let client: SSMClient;
  beforeAll(async () => {
    client = await clientWith({ Action: 'ssm:*', Resource: [`${PARAMETER}/app/acme`, `${PARAMETER}/app/acme/*`] });
  });

  const requests = (path: string): [string, () => Promise<unknown>][] => [
    ['GetParameter', () => client.send(new GetParameterCommand({ Name: `${path}/url` }))],
    ['GetParameter with a version', () => client.send(new GetParameterCommand({ Name: `${path}/url:1` }))],
    ['GetParameter with an ARN', () => client.send(new GetParameterCommand({ Name: `${PARAMETER}${path}/url` }))],
    ['GetParameter with the default key', () => client.send(new GetParameterCommand({ Name: `${path}/default`, WithDecryption: true }))],
    ['GetParameters', () => client.send(new GetParametersCommand({ Names: ['/app/acme/url', `${path}/url`] }))],
    ['GetParametersByPath', () => client.send(new GetParametersByPathCommand({ Path: path, Recursive: true }))],
    ['GetParametersByPath with a slash', () => client.send(new GetParametersByPathCommand({ Path: `${path}/` }))],
    ['PutParameter', () => client.send(new PutParameterCommand({ Name: `${path}/new`, Value: 'x', Type: 'String', Overwrite: true }))],
    ['DeleteParameter', () => client.send(new DeleteParameterCommand({ Name: `${path}/new` }))],
    ['DeleteParameters', () => client.send(new DeleteParametersCommand({ Names: ['/app/acme/none', `${path}/none`] }))],
  ];

  it.each(requests('/app/acme'))('may do %s with its own parameter', async (_, request) => {
    await expect(request()).resolves.toBeDefined();
  });

  it.each([...requests('/app/globex'), ...requests('/app/acme-2')])("may not do %s with another tenant's parameter", async (_, request) => {
    await expect(request()).rejects.toMatchObject(denied);
  });

  it.each(['/', '/app', '/app/', '/app/acm'])('may not read by the path %s', async (Path) => {
    await expect(client.send(new GetParametersByPathCommand({ Path, Recursive: true }))).rejects.toMatchObject(denied);
  });

  it("gets nothing of another tenant by a token of another tenant's page", async () => {
    const admin = new SSMClient(clientConfig(aws, aws.admin));
    const { NextToken } = await admin.send(new GetParametersByPathCommand({ Path: '/app', Recursive: true, MaxResults: 4 }));
    const { Parameters = [] } = await client.send(new GetParametersByPathCommand({ Path: '/app/acme', Recursive: true, NextToken }));
    expect(Parameters.filter(({ Name }) => !Name?.startsWith('/app/acme/'))).toEqual([]);
  });

  it('gets the same error for a parameter of another tenant that does not exist', async () => {
    await expect(client.send(new GetParameterCommand({ Name: '/app/globex/none' }))).rejects.toMatchObject(denied);
    await expect(client.send(new GetParameterCommand({ Name: '/app/acme/none' }))).rejects.toMatchObject({ name: 'ParameterNotFound' });
  });
});

it.each([
  [{ KeyId: KEY_ID }, 'AccessDeniedException'],
  [{ KeyId: 'alias/aws/s3' }, 'InvalidKeyId'],
  [{ KeyId: 'no key' }, 'InvalidKeyId'],
])("gets the same error for each type of another tenant's parameter: %j", async (more, name) => {
  const client = await clientWith({ Action: 'ssm:*', Resource: `${PARAMETER}/app/acme/*` });
  for (const parameter of ['url', 'secret', 'none']) {
    const command = new PutParameterCommand({ Name: `/app/globex/${parameter}`, Value: 'x', Overwrite: true, ...more });
    await expect(client.send(command), parameter).rejects.toMatchObject({ name });
  }
});

describe('a path', () => {
  it('gives access to every parameter below it, also to those that a policy denies, as on AWS', async () => {
    const client = await clientWith(
      { Action: 'ssm:*', Resource: `${PARAMETER}/app*` },
      { Effect: 'Deny', Action: 'ssm:*', Resource: `${PARAMETER}/app/globex/*` },
    );
    await expect(client.send(new GetParameterCommand({ Name: '/app/globex/url' }))).rejects.toMatchObject(denied);
    const { Parameters = [] } = await client.send(new GetParametersByPathCommand({ Path: '/app', Recursive: true }));
    expect(Parameters.map(({ Name }) => Name)).toContain('/app/globex/url');
  });

  it('is restricted by the condition key ssm:Recursive', async () => {
    const Action = 'ssm:GetParametersByPath';
    const client = await clientWith(
      { Action, Resource: '*' },
      { Effect: 'Deny', Action, Resource: '*', Condition: { StringEquals: { 'ssm:Recursive': 'true' } } },
    );
    expect(await outcomeOf(client.send(new GetParametersByPathCommand({ Path: '/app/acme' })))).toBe('allowed');
    await expect(client.send(new GetParametersByPathCommand({ Path: '/app', Recursive: true }))).rejects.toMatchObject(denied);
  });
});

describe("a SecureString with a customer's key", () => {
  const ssm: TestStatement = { Action: 'ssm:*', Resource: '*' };
  const decrypt = (tenant: string): TestStatement => ({
    Action: ['kms:Decrypt', 'kms:Encrypt'],
    Resource: KEY_ARN,
    Condition: {
      StringEquals: {
        'kms:ViaService': 'ssm.us-east-1.amazonaws.com',
        'kms:EncryptionContext:PARAMETER_ARN': `${PARAMETER}/app/${tenant}/secret`,
      },
    },
  });
  const read = (client: SSMClient, tenant: string, WithDecryption: boolean) =>
    client.send(new GetParameterCommand({ Name: `/app/${tenant}/secret`, WithDecryption }));

  it('is decrypted only with the permission on the key for this parameter', async () => {
    const client = await clientWith(ssm, decrypt('acme'));
    expect((await read(client, 'acme', true)).Parameter?.Value).toBe('the secret of acme');
    await expect(read(client, 'globex', true)).rejects.toThrow(
      `is not authorized to perform: kms:Decrypt on resource: ${KEY_ARN} because no session policy allows the kms:Decrypt action`,
    );
    expect((await read(client, 'globex', false)).Parameter?.Value).not.toContain('globex');
  });

  it('is not decrypted together with others without the permission', async () => {
    const client = await clientWith(ssm, decrypt('acme'));
    const Names = ['/app/acme/secret', '/app/globex/secret'];
    await expect(client.send(new GetParametersCommand({ Names, WithDecryption: true }))).rejects.toMatchObject(denied);
    const byPath = { Path: '/app', Recursive: true };
    await expect(client.send(new GetParametersByPathCommand({ ...byPath, WithDecryption: true }))).rejects.toMatchObject(denied);
    await expect(client.send(new GetParametersByPathCommand(byPath))).resolves.toBeDefined();
    const own = await client.send(new GetParametersCommand({ Names: Names.slice(0, 1), WithDecryption: true }));
    expect(own.Parameters).toMatchObject([{ Value: 'the secret of acme' }]);
  });

  it('is encrypted only with the permission on the key for this parameter', async () => {
    const client = await clientWith(ssm, decrypt('acme'));
    const put = (tenant: string, more: object = {}) =>
      client.send(
        new PutParameterCommand({
          Name: `/app/${tenant}/secret`,
          Value: `the secret of ${tenant}`,
          Type: 'SecureString',
          KeyId: KEY_ID,
          Overwrite: true,
          ...more,
        }),
      );
    expect(await outcomeOf(put('acme'))).toBe('allowed');
    await expect(put('globex')).rejects.toMatchObject(denied);
    await expect(put('acme', { Tier: 'Advanced' })).rejects.toThrow('kms:GenerateDataKey');
  });
});

it.each<[string, TestStatement, object, string]>([
  [
    'Overwrite',
    { Effect: 'Deny', Action: '*', Resource: '*', Condition: { StringEquals: { 'ssm:Overwrite': 'true' } } },
    { Overwrite: true },
    'AccessDeniedException',
  ],
  ['Overwrite', { Effect: 'Deny', Action: '*', Resource: '*', Condition: { StringEquals: { 'ssm:Overwrite': 'true' } } }, {}, 'allowed'],
  [
    'Tags',
    { Effect: 'Deny', Action: 'ssm:AddTagsToResource', Resource: '*' },
    { Tags: [{ Key: 'tenant', Value: 'globex' }] },
    'AccessDeniedException',
  ],
  [
    'Tags',
    { Effect: 'Deny', Action: 'ssm:PutParameter', Resource: '*', Condition: { StringNotEquals: { 'aws:RequestTag/tenant': 'acme' } } },
    { Tags: [{ Key: 'tenant', Value: 'acme' }] },
    'allowed',
  ],
])('decides about PutParameter by %s', async (_, statement, more, outcome) => {
  const client = await clientWith({ Action: 'ssm:*', Resource: '*' }, statement);
  const Name = `/conditions/${randomUUID()}`;
  expect(await outcomeOf(client.send(new PutParameterCommand({ Name, Value: 'x', Type: 'String', ...more })))).toBe(outcome);
});

it('decides about a parameter by its tags', async () => {
  const admin = new SSMClient(clientConfig(aws, aws.admin));
  for (const tenant of ['acme', 'globex']) {
    const Tags = [{ Key: 'tenant', Value: tenant }];
    await admin.send(new PutParameterCommand({ Name: `/tagged/${tenant}`, Value: 'x', Type: 'String', Tags }));
  }
  for (const key of ['aws:ResourceTag/tenant', 'ssm:resourceTag/tenant']) {
    const client = await clientWith({ Action: 'ssm:GetParameter', Resource: '*', Condition: { StringEquals: { [key]: 'acme' } } });
    expect(await outcomeOf(client.send(new GetParameterCommand({ Name: '/tagged/acme' })))).toBe('allowed');
    for (const Name of ['/tagged/globex', '/app/acme/url', '/none']) {
      await expect(client.send(new GetParameterCommand({ Name }))).rejects.toMatchObject(denied);
    }
  }
});

it('records no value', async () => {
  aws.calls.length = 0;
  const secret = 'value-that-must-not-be-recorded';
  const client = await clientWith({ Action: 'ssm:*', Resource: `${PARAMETER}/app/acme/*` });
  await client.send(new PutParameterCommand({ Name: '/app/acme/recorded', Value: secret, Type: 'SecureString' }));
  const failures = await Promise.allSettled([
    client.send(new PutParameterCommand({ Name: '/app/acme/recorded', Value: secret, Type: 'SecureString' })),
    client.send(new PutParameterCommand({ Name: '/app/globex/x', Value: secret, Type: 'String' })),
    client.send(new PutParameterCommand({ Name: '/app/acme/x', Value: secret.repeat(400), Type: 'String' })),
    client.send(new PutParameterCommand({ Name: '/app/acme/x', Value: secret, Type: 'Number' as never })),
  ]);
  const messages = failures.map((failure) => (failure.status === 'rejected' ? String(failure.reason) : 'allowed'));
  expect(messages).not.toContain('allowed');
  expect(JSON.stringify([aws.calls, messages])).not.toContain(secret);
});
