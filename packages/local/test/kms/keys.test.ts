import {
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  KMSClient,
  ReEncryptCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../src/index.ts';
import { startOpen } from '../session-of.ts';
import { clientConfig } from '../start-aws.ts';

const KEY_ID = '1234abcd-12ab-34cd-56ef-1234567890ab';
const KEY_ARN = `arn:aws:kms:us-east-1:000000000000:key/${KEY_ID}`;
const Plaintext = Buffer.from('a secret');
const invalidCiphertext = { name: 'InvalidCiphertextException', $metadata: { httpStatusCode: 400 } };

let aws: LocalAws;
let client: KMSClient;
beforeAll(async () => {
  aws = await startOpen({ keys: ['tenants', 'alias/other', KEY_ID] });
  client = new KMSClient(clientConfig(aws, aws.admin));
});
afterAll(() => aws.close());

const encrypt = async (more: object = {}) =>
  (await client.send(new EncryptCommand({ KeyId: KEY_ID, Plaintext, ...more }))).CiphertextBlob ?? new Uint8Array();
const decrypt = async (CiphertextBlob: Uint8Array, more: object = {}) =>
  Buffer.from((await client.send(new DecryptCommand({ CiphertextBlob, ...more }))).Plaintext ?? []);

describe('a key', () => {
  it('has an alias and a random id, which DescribeKey returns', async () => {
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: 'alias/tenants' }));
    const { KeyId = '', Arn, KeyState, KeyManager, CreationDate } = KeyMetadata ?? {};
    expect(KeyId).toMatch(/^[0-9a-f-]{36}$/);
    expect({ Arn, KeyState, KeyManager }).toEqual({
      Arn: `arn:aws:kms:us-east-1:000000000000:key/${KeyId}`,
      KeyState: 'Enabled',
      KeyManager: 'CUSTOMER',
    });
    expect(CreationDate).toBeInstanceOf(Date);
  });

  it.each(['alias/tenants', 'arn:aws:kms:us-east-1:000000000000:alias/tenants', KEY_ID, KEY_ARN])(
    'encrypts and decrypts when %s names it',
    async (KeyId) => {
      const ciphertext = await encrypt({ KeyId });
      expect(Buffer.from(ciphertext).includes(Plaintext)).toBe(false);
      expect(await decrypt(ciphertext)).toEqual(Plaintext);
      expect(await decrypt(ciphertext, { KeyId })).toEqual(Plaintext);
    },
  );

  it('encrypts the same plaintext differently each time', async () => {
    expect(await encrypt()).not.toEqual(await encrypt());
  });

  it('generates data keys that it decrypts', async () => {
    const full = await client.send(new GenerateDataKeyCommand({ KeyId: KEY_ID, KeySpec: 'AES_256' }));
    expect(full.Plaintext).toHaveLength(32);
    expect(full.KeyId).toBe(KEY_ARN);
    expect(await decrypt(full.CiphertextBlob ?? new Uint8Array())).toEqual(Buffer.from(full.Plaintext ?? []));
    const wrapped = await client.send(new GenerateDataKeyWithoutPlaintextCommand({ KeyId: KEY_ID, NumberOfBytes: 24 }));
    expect(wrapped).not.toHaveProperty('Plaintext');
    expect(await decrypt(wrapped.CiphertextBlob ?? new Uint8Array())).toHaveLength(24);
  });

  it('neither encrypts nor decrypts while it is disabled', async () => {
    const ciphertext = await encrypt({ KeyId: 'alias/other' });
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: 'alias/other' }));
    await client.send(new DisableKeyCommand({ KeyId: KeyMetadata?.KeyId }));
    await expect(decrypt(ciphertext)).rejects.toMatchObject({ name: 'DisabledException' });
    await expect(encrypt({ KeyId: 'alias/other' })).rejects.toMatchObject({ name: 'DisabledException' });
    await client.send(new EnableKeyCommand({ KeyId: KeyMetadata?.KeyId }));
    expect(await decrypt(ciphertext)).toEqual(Plaintext);
  });
});

describe('a ciphertext', () => {
  it('is decrypted with the same encryption context in another order, and with no other', async () => {
    const ciphertext = await encrypt({ EncryptionContext: { tenant: 'acme', purpose: 'db' } });
    expect(await decrypt(ciphertext, { EncryptionContext: { purpose: 'db', tenant: 'acme' } })).toEqual(Plaintext);
    const others = [undefined, {}, { tenant: 'acme' }, { tenant: 'globex', purpose: 'db' }, { tenant: 'acme', purpose: 'DB' }];
    for (const EncryptionContext of [
      ...others,
      { Tenant: 'acme', purpose: 'db' },
      { tenant: 'db', purpose: 'acme' },
      { 'tenant","acme': 'db' },
    ]) {
      await expect(decrypt(ciphertext, { EncryptionContext })).rejects.toMatchObject(invalidCiphertext);
    }
  });

  it('is refused if one of its bytes is changed, or it is cut or extended', async () => {
    const ciphertext = Buffer.from(await encrypt());
    for (let at = 0; at < ciphertext.length; at++) {
      const changed = Buffer.from(ciphertext);
      changed[at] = (changed[at] ?? 0) ^ 1;
      // A change in the id of the key names a key that does not exist.
      const name = at >= 1 && at <= 16 ? 'NotFoundException' : 'InvalidCiphertextException';
      await expect(decrypt(changed), `byte ${at}`).rejects.toMatchObject({ name });
    }
    for (const other of [ciphertext.subarray(0, -1), ciphertext.subarray(0, 20), Buffer.concat([ciphertext, ciphertext])]) {
      await expect(decrypt(other)).rejects.toMatchObject(invalidCiphertext);
    }
  });

  it('is not decrypted with another key, also if it is made to name this key', async () => {
    const ciphertext = Buffer.from(await encrypt({ KeyId: 'alias/tenants' }));
    await expect(decrypt(ciphertext, { KeyId: KEY_ID })).rejects.toMatchObject({ name: 'IncorrectKeyException' });
    const renamed = Buffer.concat([ciphertext.subarray(0, 1), Buffer.from(KEY_ID.replaceAll('-', ''), 'hex'), ciphertext.subarray(17)]);
    await expect(decrypt(renamed)).rejects.toMatchObject(invalidCiphertext);
  });

  it('is encrypted again with another key and another context', async () => {
    const CiphertextBlob = await encrypt({ EncryptionContext: { tenant: 'acme' } });
    const again = await client.send(
      new ReEncryptCommand({
        CiphertextBlob,
        SourceEncryptionContext: { tenant: 'acme' },
        DestinationKeyId: 'alias/tenants',
        DestinationEncryptionContext: { tenant: 'globex' },
      }),
    );
    expect(again.SourceKeyId).toBe(KEY_ARN);
    expect(await decrypt(again.CiphertextBlob ?? new Uint8Array(), { EncryptionContext: { tenant: 'globex' } })).toEqual(Plaintext);
  });
});

describe('KMS refuses', () => {
  it.each([
    ['a plaintext of 4,097 bytes', { Plaintext: Buffer.alloc(4097) }, 'ValidationException'],
    ['an empty plaintext', { Plaintext: Buffer.alloc(0) }, 'ValidationException'],
    ['an encryption context of more than 8,192 bytes', { EncryptionContext: { a: 'x'.repeat(8192) } }, 'ValidationException'],
    ['an encryption context with an empty name', { EncryptionContext: { '': 'x' } }, 'ValidationException'],
    ['two names of a context that differ only in case', { EncryptionContext: { tenant: 'acme', Tenant: 'globex' } }, 'NotImplemented'],
    ['an unknown key', { KeyId: KEY_ID.replace('1', '2') }, 'NotFoundException'],
    ['an unknown alias', { KeyId: 'alias/none' }, 'NotFoundException'],
    ['a key of another region', { KeyId: KEY_ARN.replace('us-east-1', 'eu-west-1') }, 'NotFoundException'],
    ['a key of another account', { KeyId: KEY_ARN.replace('000000000000', '111122223333') }, 'NotFoundException'],
    ['a name that is not an alias', { KeyId: 'tenants' }, 'NotFoundException'],
    ['a wildcard', { KeyId: '*' }, 'NotFoundException'],
    ['a property of every object', { KeyId: 'alias/constructor' }, 'NotFoundException'],
    ['another algorithm', { EncryptionAlgorithm: 'RSAES_OAEP_SHA_1' }, 'ValidationException'],
    ['a grant token', { GrantTokens: ['x'] }, 'ValidationException'],
    ['a dry run that would succeed', { DryRun: true }, 'DryRunOperationException'],
  ])('%s', async (_, more, name) => {
    await expect(encrypt(more)).rejects.toMatchObject({ name });
  });

  it('a data key with both or neither of its two sizes', async () => {
    for (const size of [{}, { NumberOfBytes: 16, KeySpec: 'AES_128' as const }]) {
      await expect(client.send(new GenerateDataKeyCommand({ KeyId: KEY_ID, ...size }))).rejects.toMatchObject({
        name: 'ValidationException',
      });
    }
  });

  it.each(['alias/aws/ssm', 'alias/aws/s3'])('direct use of %s, even by the administrator', async (KeyId) => {
    await expect(encrypt({ KeyId })).rejects.toThrow('because no resource-based policy allows the kms:Encrypt action');
    await expect(client.send(new DescribeKeyCommand({ KeyId }))).resolves.toMatchObject({ KeyMetadata: { KeyManager: 'AWS' } });
  });
});

it.each([
  ['a space', 'a b'],
  ['an alias of AWS', 'alias/aws/mine'],
  ['no characters', ''],
  ['a key twice', 'twice'],
])('does not start with %s as the name of a key', async (_, name) => {
  await expect(startLocalAws({ keys: ['alias/twice', name] })).rejects.toThrow(`the key \`${name}\` cannot be created`);
});
