import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { keyRequest } from '../kms/iam-request.ts';
import { existing, type KeyReference, type Keys } from '../kms/keys.ts';
import { AwsError } from '../service.ts';
import type { ParameterTier } from './parameters.ts';

const DEFAULT_KEY = 'alias/aws/ssm';

/**
 * The key that encrypts a SecureString. Default: the key of Systems Manager.
 *
 * @throws {@link AwsError} 400 for a text that names no key, or the key of another service
 */
export function encryptionKey(keys: Keys, keyId: string | undefined): KeyReference {
  const reference = orInvalidKeyId(() => keys.find(keyId ?? DEFAULT_KEY));
  if (isOfOtherService(reference)) throw invalidKeyId('the key belongs to another AWS service');
  return reference;
}

/**
 * The permissions to encrypt. Systems Manager's own key needs none: its key policy allows all callers of the account to use it by Systems Manager.
 *
 * @see AWS Systems Manager User Guide, "AWS KMS encryption for AWS Systems Manager Parameter Store SecureString parameters"
 */
export function encryptRequests(keys: Keys, reference: KeyReference, parameterArn: string, tier: ParameterTier): IamRequest[] {
  return keyRequests(keys, tier === 'Advanced' ? 'kms:GenerateDataKey' : 'kms:Encrypt', reference, parameterArn);
}

/** The permissions to decrypt a value that this key encrypted. */
export function decryptRequests(keys: Keys, keyArn: string, parameterArn: string): IamRequest[] {
  return keyRequests(keys, 'kms:Decrypt', keys.find(keyArn), parameterArn);
}

/** @throws {@link AwsError} 400 if the key does not exist or is disabled */
export function encryptValue(keys: Keys, reference: KeyReference, parameterArn: string, value: string): { value: string; keyArn: string } {
  return orInvalidKeyId(() => {
    const key = existing(reference);
    return { value: keys.encrypt(key, Buffer.from(value), contextOf(parameterArn)).toString('base64'), keyArn: key.arn };
  });
}

/** @throws {@link AwsError} 400 if the key is disabled */
export function decryptValue(keys: Keys, keyArn: string, parameterArn: string, value: string): string {
  return orInvalidKeyId(() => {
    const key = existing(keys.find(keyArn));
    return keys.decrypt(key, Buffer.from(value, 'base64'), contextOf(parameterArn)).toString();
  });
}

function keyRequests(keys: Keys, action: string, reference: KeyReference, parameterArn: string): IamRequest[] {
  if (reference.key?.manager === 'AWS') return [];
  return [keyRequest(keys.scope, { action, reference, encryptionContext: contextOf(parameterArn), via: 'ssm' })];
}

function isOfOtherService({ key }: KeyReference): boolean {
  return key?.manager === 'AWS' && !key.aliases.includes(DEFAULT_KEY);
}

function contextOf(parameterArn: string): ReadonlyMap<string, string> {
  return new Map([['PARAMETER_ARN', parameterArn]]);
}

/** Systems Manager reports errors of KMS with its own code. */
function orInvalidKeyId<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof AwsError ? invalidKeyId(error.message) : error;
  }
}

function invalidKeyId(message: string): AwsError {
  return new AwsError('InvalidKeyId', 400, message);
}
