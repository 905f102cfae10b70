import { randomBytes } from 'node:crypto';
import type { Json, JsonObject } from '@tenant-aws/policy/json';
import type { IamRequest } from '@tenant-aws/prover/evaluator';
import type { JsonOperation, ParsedJsonOperation } from '../json-service.ts';
import { AwsError } from '../service.ts';
import { BOOLEAN, blob, integer, list, map, type Members, oneOf, STRING, string, textOf } from '../shape.ts';
import { keyIdOf } from './ciphertext.ts';
import { type EncryptionContext, readEncryptionContext } from './encryption-context.ts';
import { CRYPTOGRAPHIC_CONDITION_KEYS, keyRequest } from './iam-request.ts';
import { existing, invalidCiphertext, type Key, type KeyReference, type Keys } from './keys.ts';

const KEY_ID = string({ min: 1, max: 2048 });
const ALGORITHM = oneOf('SYMMETRIC_DEFAULT');
const CIPHERTEXT = blob(1, 6144);
/** Grants are not supported: a grant token is refused. */
const GRANT_TOKENS = { 'GrantTokens?': list(STRING, { max: 0 }) };
const CRYPTOGRAPHIC = { ...GRANT_TOKENS, 'DryRun?': BOOLEAN };
const DATA_KEY: Members = {
  KeyId: KEY_ID,
  'EncryptionContext?': map(STRING),
  'NumberOfBytes?': integer(1, 1024),
  'KeySpec?': oneOf('AES_256', 'AES_128'),
  ...CRYPTOGRAPHIC,
};

type KmsOperation = JsonOperation<Keys>;

/** A use of one key that encrypts or decrypts. */
interface CryptographicUse {
  readonly reference: KeyReference;
  readonly context: EncryptionContext;
  readonly authorize: readonly IamRequest[];
}

/** Every supported operation of KMS. All others are answered with 501. */
export const KMS_OPERATIONS: readonly KmsOperation[] = [
  {
    operation: 'Encrypt',
    actions: ['kms:Encrypt'],
    conditionKeys: CRYPTOGRAPHIC_CONDITION_KEYS,
    members: {
      KeyId: KEY_ID,
      Plaintext: blob(1, 4096),
      'EncryptionContext?': map(STRING),
      'EncryptionAlgorithm?': ALGORITHM,
      ...CRYPTOGRAPHIC,
    },
    parse(given, keys) {
      const use = useOf('kms:Encrypt', keys, keys.find(textOf(given['KeyId'])), given['EncryptionContext']);
      return cryptographic(given, [use], () => {
        const key = existing(use.reference);
        const CiphertextBlob = base64(keys.encrypt(key, bytesOf(given['Plaintext']), use.context));
        return { CiphertextBlob, KeyId: key.arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
      });
    },
  },
  {
    operation: 'Decrypt',
    actions: ['kms:Decrypt'],
    conditionKeys: CRYPTOGRAPHIC_CONDITION_KEYS,
    members: {
      CiphertextBlob: CIPHERTEXT,
      'KeyId?': KEY_ID,
      'EncryptionContext?': map(STRING),
      'EncryptionAlgorithm?': ALGORITHM,
      ...CRYPTOGRAPHIC,
    },
    parse(given, keys) {
      const ciphertext = bytesOf(given['CiphertextBlob']);
      const use = useOf('kms:Decrypt', keys, sourceKey(keys, given['KeyId'], ciphertext), given['EncryptionContext']);
      return cryptographic(given, [use], () => {
        const key = decryptingKey(use.reference, ciphertext);
        const Plaintext = base64(keys.decrypt(key, ciphertext, use.context));
        return { Plaintext, KeyId: key.arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
      });
    },
  },
  dataKeyOperation('GenerateDataKey', (plaintext) => ({ Plaintext: base64(plaintext) })),
  dataKeyOperation('GenerateDataKeyWithoutPlaintext', () => ({})),
  {
    operation: 'ReEncrypt',
    actions: ['kms:ReEncryptFrom', 'kms:ReEncryptTo'],
    conditionKeys: [...CRYPTOGRAPHIC_CONDITION_KEYS, 'kms:ReEncryptOnSameKey'],
    members: {
      CiphertextBlob: CIPHERTEXT,
      'SourceKeyId?': KEY_ID,
      'SourceEncryptionContext?': map(STRING),
      'SourceEncryptionAlgorithm?': ALGORITHM,
      DestinationKeyId: KEY_ID,
      'DestinationEncryptionContext?': map(STRING),
      'DestinationEncryptionAlgorithm?': ALGORITHM,
      ...CRYPTOGRAPHIC,
    },
    parse(given, keys) {
      const ciphertext = bytesOf(given['CiphertextBlob']);
      const from = sourceKey(keys, given['SourceKeyId'], ciphertext);
      const to = keys.find(textOf(given['DestinationKeyId']));
      const onSameKey = { 'kms:ReEncryptOnSameKey': String(from.arn === to.arn) };
      const source = useOf('kms:ReEncryptFrom', keys, from, given['SourceEncryptionContext'], onSameKey);
      const destination = useOf('kms:ReEncryptTo', keys, to, given['DestinationEncryptionContext'], onSameKey);
      return cryptographic(given, [source, destination], () => {
        const sourceKeyUsed = decryptingKey(source.reference, ciphertext);
        const key = existing(destination.reference);
        const plaintext = keys.decrypt(sourceKeyUsed, ciphertext, source.context);
        return {
          CiphertextBlob: base64(keys.encrypt(key, plaintext, destination.context)),
          SourceKeyId: sourceKeyUsed.arn,
          KeyId: key.arn,
          SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
          DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        };
      });
    },
  },
  keyOperation('DescribeKey', GRANT_TOKENS, (key, keys) => ({ KeyMetadata: metadataOf(key, keys.scope.account) })),
  keyOperation('EnableKey', {}, (key) => setEnabled(key, true)),
  keyOperation('DisableKey', {}, (key) => setEnabled(key, false)),
];

function dataKeyOperation(name: string, plaintextMembers: (plaintext: Buffer) => JsonObject): KmsOperation {
  return {
    operation: name,
    actions: [`kms:${name}`],
    conditionKeys: CRYPTOGRAPHIC_CONDITION_KEYS,
    members: DATA_KEY,
    parse(given, keys) {
      const length = dataKeyBytes(given);
      const use = useOf(`kms:${name}`, keys, keys.find(textOf(given['KeyId'])), given['EncryptionContext']);
      return cryptographic(given, [use], () => {
        const key = existing(use.reference);
        const plaintext = randomBytes(length);
        return { CiphertextBlob: base64(keys.encrypt(key, plaintext, use.context)), KeyId: key.arn, ...plaintextMembers(plaintext) };
      });
    },
  };
}

/** Makes an operation on the key that KeyId names. It neither encrypts nor decrypts. */
function keyOperation(name: string, members: Members, execute: (key: Key, keys: Keys) => JsonObject): KmsOperation {
  return {
    operation: name,
    actions: [`kms:${name}`],
    members: { KeyId: KEY_ID, ...members },
    parse(given, keys) {
      const reference = keys.find(textOf(given['KeyId']));
      return {
        authorize: [keyRequest(keys.scope, { action: `kms:${name}`, reference })],
        execute: () => execute(existing(reference), keys),
      };
    },
  };
}

/** The parsed operation. With DryRun, it reports success by an error, and returns nothing. */
function cryptographic(given: JsonObject, uses: readonly CryptographicUse[], run: () => JsonObject): ParsedJsonOperation {
  return {
    authorize: uses.flatMap(({ authorize }) => authorize),
    // The key policy of an AWS managed key allows its use by the service only.
    agrees: () => uses.every(({ reference }) => reference.key?.manager !== 'AWS'),
    execute() {
      const result = run();
      if (given['DryRun'] !== true) return result;
      throw new AwsError('DryRunOperationException', 400, 'The request would have succeeded, but the DryRun option is set.');
    },
  };
}

function useOf(
  action: string,
  keys: Keys,
  reference: KeyReference,
  given: Json | undefined,
  conditionKeys: IamRequest['context'] = {},
): CryptographicUse {
  const context = readEncryptionContext(given);
  const request = keyRequest(keys.scope, { action, reference, encryptionContext: context });
  return { reference, context, authorize: [{ ...request, context: { ...request.context, ...conditionKeys } }] };
}

/** The key that KeyId names; without KeyId, the key that the ciphertext names. */
function sourceKey(keys: Keys, keyId: Json | undefined, ciphertext: Buffer): KeyReference {
  if (keyId !== undefined) return keys.find(textOf(keyId));
  const named = keyIdOf(ciphertext);
  if (named === undefined) throw invalidCiphertext();
  return keys.find(named);
}

/** @throws {@link AwsError} 400 if there is no such key, or the ciphertext names another key */
function decryptingKey(reference: KeyReference, ciphertext: Buffer): Key {
  const key = existing(reference);
  const named = keyIdOf(ciphertext);
  if (named === undefined) throw invalidCiphertext();
  if (named === key.id) return key;
  throw new AwsError('IncorrectKeyException', 400, 'The key ID in the request does not identify a CMK that can perform this operation.');
}

function dataKeyBytes({ NumberOfBytes, KeySpec }: JsonObject): number {
  if ((NumberOfBytes === undefined) === (KeySpec === undefined)) {
    throw new AwsError('ValidationException', 400, 'Please specify either number of bytes or key spec.');
  }
  if (typeof NumberOfBytes === 'number') return NumberOfBytes;
  return KeySpec === 'AES_128' ? 16 : 32;
}

function setEnabled(key: Key, enabled: boolean): JsonObject {
  key.enabled = enabled;
  return {};
}

function metadataOf({ id, arn, createdAt, enabled, manager }: Key, account: string): JsonObject {
  return {
    AWSAccountId: account,
    KeyId: id,
    Arn: arn,
    CreationDate: createdAt.getTime() / 1000,
    Enabled: enabled,
    Description: '',
    KeyUsage: 'ENCRYPT_DECRYPT',
    KeyState: enabled ? 'Enabled' : 'Disabled',
    Origin: 'AWS_KMS',
    KeyManager: manager,
    CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
    KeySpec: 'SYMMETRIC_DEFAULT',
    EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    MultiRegion: false,
  };
}

function bytesOf(value: Json | undefined): Buffer {
  return Buffer.from(textOf(value), 'base64');
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64');
}
