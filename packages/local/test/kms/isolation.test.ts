import {
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  KMSClient,
  ReEncryptCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { sessionOf, startOpen, type TestStatement } from '../session-of.ts';
import { clientConfig, outcomeOf } from '../start-aws.ts';

const KEY_ID = '1234abcd-12ab-34cd-56ef-1234567890ab';
const KEY_ARN = `arn:aws:kms:us-east-1:000000000000:key/${KEY_ID}`;
const CRYPTOGRAPHIC = ['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext'];
const Plaintext = Buffer.from('x');
const denied = { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } };

let aws: LocalAws;
beforeAll(async () => {
  aws = await startOpen({ keys: [KEY_ID, 'tenants', 'tenant-acme', 'tenant-globex'] });
});
afterAll(() => aws.close());

const adminClient = () => new KMSClient(clientConfig(aws, aws.admin));
async function clientWith(...statements: readonly TestStatement[]): Promise<KMSClient> {
  return new KMSClient(clientConfig(aws, await sessionOf(aws, ...statements)));
}

async function ciphertextOf(tenant: string, KeyId = KEY_ID): Promise<Uint8Array> {
  const command = new EncryptCommand({ KeyId, Plaintext, EncryptionContext: { tenant } });
  return (await adminClient().send(command)).CiphertextBlob ?? new Uint8Array();
}

describe('a session that is bound to the encryption context of its tenant', () => {
  let client: KMSClient;
  beforeAll(async () => {
    client = await clientWith({
      Action: CRYPTOGRAPHIC,
      Resource: KEY_ARN,
      Condition: { StringEquals: { 'kms:EncryptionContext:tenant': 'acme' } },
    });
  });

  const requests = (EncryptionContext: Record<string, string> | undefined): [string, () => Promise<unknown>][] => [
    ['Encrypt', () => client.send(new EncryptCommand({ KeyId: KEY_ID, Plaintext, EncryptionContext }))],
    ['GenerateDataKey', () => client.send(new GenerateDataKeyCommand({ KeyId: KEY_ID, KeySpec: 'AES_256', EncryptionContext }))],
    [
      'GenerateDataKeyWithoutPlaintext',
      () => client.send(new GenerateDataKeyWithoutPlaintextCommand({ KeyId: KEY_ID, KeySpec: 'AES_256', EncryptionContext })),
    ],
    [
      'Decrypt',
      async () =>
        client.send(
          new DecryptCommand({ CiphertextBlob: await ciphertextOf(EncryptionContext?.['tenant'] ?? 'globex'), EncryptionContext }),
        ),
    ],
  ];

  it.each(requests({ tenant: 'acme' }))('may %s for its own tenant', async (_, request) => {
    await expect(request()).resolves.toBeDefined();
  });

  it.each([
    ...requests({ tenant: 'globex' }),
    ...requests({ tenant: 'ACME' }),
    ...requests({ other: 'acme' }),
    ...requests({}),
    ...requests(undefined),
  ])('may not %s for another tenant or without a tenant', async (_, request) => {
    await expect(request()).rejects.toMatchObject(denied);
  });

  it("cannot decrypt another tenant's ciphertext with its own context", async () => {
    const CiphertextBlob = await ciphertextOf('globex');
    const command = new DecryptCommand({ CiphertextBlob, EncryptionContext: { tenant: 'acme' } });
    await expect(client.send(command)).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
    const both = new DecryptCommand({ CiphertextBlob, EncryptionContext: { tenant: 'globex', Tenant: 'acme' } });
    await expect(client.send(both)).rejects.toMatchObject({ name: 'NotImplemented' });
  });

  it('may not use another key with its own context, also if the ciphertext names the key', async () => {
    const EncryptionContext = { tenant: 'acme' };
    await expect(client.send(new EncryptCommand({ KeyId: 'alias/tenants', Plaintext, EncryptionContext }))).rejects.toMatchObject(denied);
    const CiphertextBlob = await ciphertextOf('acme', 'alias/tenants');
    await expect(client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }))).rejects.toMatchObject(denied);
  });

  it('may neither describe, disable nor re-encrypt', async () => {
    const CiphertextBlob = await ciphertextOf('acme');
    const reEncrypt = { CiphertextBlob, SourceEncryptionContext: { tenant: 'acme' }, DestinationKeyId: KEY_ID };
    for (const request of [
      client.send(new DescribeKeyCommand({ KeyId: KEY_ID })),
      client.send(new DisableKeyCommand({ KeyId: KEY_ID })),
      client.send(new ReEncryptCommand({ ...reEncrypt, DestinationEncryptionContext: { tenant: 'acme' } })),
    ]) {
      await expect(request).rejects.toMatchObject(denied);
    }
  });

  it('is denied the keys of others and keys that do not exist', async () => {
    const missing = KEY_ID.replace('1', '2');
    for (const KeyId of [missing, 'alias/tenant-globex', 'alias/none']) {
      await expect(client.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext: { tenant: 'acme' } }))).rejects.toMatchObject(
        denied,
      );
    }
  });
});

it('re-encrypts only from and to the contexts that a policy allows', async () => {
  const bound = (action: string): TestStatement => ({
    Action: action,
    Resource: KEY_ARN,
    Condition: { StringEquals: { 'kms:EncryptionContext:tenant': 'acme', 'kms:ReEncryptOnSameKey': 'true' } },
  });
  const client = await clientWith(bound('kms:ReEncryptFrom'), bound('kms:ReEncryptTo'));
  const reEncrypt = async (from: string, to: string) =>
    client.send(
      new ReEncryptCommand({
        CiphertextBlob: await ciphertextOf(from),
        SourceEncryptionContext: { tenant: from },
        DestinationKeyId: KEY_ID,
        DestinationEncryptionContext: { tenant: to },
      }),
    );
  await expect(reEncrypt('acme', 'acme')).resolves.toBeDefined();
  await expect(reEncrypt('globex', 'acme')).rejects.toMatchObject(denied);
  await expect(reEncrypt('acme', 'globex')).rejects.toMatchObject(denied);
});

describe.each<[string, TestStatement['Condition'], Readonly<Record<string, string>>]>([
  [
    'names the alias in the request',
    { StringEquals: { 'kms:RequestAlias': 'alias/tenant-acme' } },
    { 'alias/tenant-acme': 'allowed', 'alias/tenant-globex': 'AccessDeniedException', [KEY_ID]: 'AccessDeniedException' },
  ],
  [
    'names the aliases of the key',
    { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/tenant-acme' } },
    { 'alias/tenant-acme': 'allowed', 'alias/tenant-globex': 'AccessDeniedException', [KEY_ID]: 'AccessDeniedException' },
  ],
  [
    'requires the names of the context',
    { 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['tenant'] }, Null: { 'kms:EncryptionContextKeys': 'false' } },
    { [KEY_ID]: 'allowed' },
  ],
  [
    'requires the properties of the key and of the caller',
    {
      StringEquals: {
        'kms:KeySpec': 'SYMMETRIC_DEFAULT',
        'kms:KeyUsage': 'ENCRYPT_DECRYPT',
        'kms:KeyOrigin': 'AWS_KMS',
        'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT',
        'kms:CallerAccount': '000000000000',
      },
      Bool: { 'kms:MultiRegion': 'false' },
      Null: { 'kms:ViaService': 'true', 'kms:RequestAlias': 'true' },
    },
    { [KEY_ID]: 'allowed', 'alias/tenants': 'AccessDeniedException' },
  ],
])('a condition that %s', (_, Condition = {}, outcomes) => {
  it.each(Object.entries(outcomes))('decides about %s: %s', async (KeyId, outcome) => {
    const client = await clientWith({ Action: 'kms:Encrypt', Resource: '*', Condition });
    expect(await outcomeOf(client.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext: { tenant: 'acme' } })))).toBe(outcome);
  });
});

it('does not apply a policy for the ARN of an alias', async () => {
  const client = await clientWith({ Action: 'kms:Encrypt', Resource: 'arn:aws:kms:us-east-1:000000000000:alias/*' });
  await expect(client.send(new EncryptCommand({ KeyId: 'alias/tenants', Plaintext }))).rejects.toMatchObject(denied);
});

it('records the key of each call, and neither plaintext nor data key', async () => {
  aws.calls.length = 0;
  const secret = 'plaintext-that-must-not-be-recorded';
  const { Plaintext: dataKey } = await adminClient().send(new GenerateDataKeyCommand({ KeyId: 'alias/tenants', KeySpec: 'AES_256' }));
  await adminClient().send(new EncryptCommand({ KeyId: KEY_ID, Plaintext: Buffer.from(secret) }));
  expect(aws.calls).toMatchObject([
    { service: 'kms', operation: 'GenerateDataKey', decision: 'allowed' },
    { service: 'kms', operation: 'Encrypt', resource: KEY_ARN, decision: 'allowed' },
  ]);
  const recorded = JSON.stringify(aws.calls);
  for (const text of [secret, Buffer.from(secret).toString('base64'), Buffer.from(dataKey ?? []).toString('base64')]) {
    expect(recorded).not.toContain(text);
  }
});
