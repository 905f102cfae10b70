import type { IamRequest } from '@tenant-aws/prover/evaluator';
import type { ResourceScope } from '../service.ts';
import { contextConditionKeys, type EncryptionContext } from './encryption-context.ts';
import type { KeyReference } from './keys.ts';

/** What a request does with a key. */
export interface KeyUse {
  /** `kms:Decrypt` */
  readonly action: string;
  readonly reference: KeyReference;
  /** Absent for an operation that does not encrypt or decrypt. */
  readonly encryptionContext?: EncryptionContext;
  /** The service that uses the key for the caller: `ssm`. Absent for a request to KMS itself. */
  readonly via?: string;
}

/**
 * The permission that the use of a key needs. The resource is the ARN of the key, also when an alias names it.
 *
 * @see AWS KMS Developer Guide, "Condition keys for AWS KMS"
 */
export function keyRequest({ account, region }: ResourceScope, { action, reference, encryptionContext, via }: KeyUse): IamRequest {
  const { arn, key, alias } = reference;
  return {
    action,
    resource: arn,
    context: {
      'kms:CallerAccount': account,
      ...(encryptionContext && { 'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT', ...contextConditionKeys(encryptionContext) }),
      ...(alias !== undefined && { 'kms:RequestAlias': alias }),
      ...(via !== undefined && { 'kms:ViaService': `${via}.${region}.amazonaws.com` }),
      ...(key && {
        'kms:KeySpec': 'SYMMETRIC_DEFAULT',
        'kms:KeyUsage': 'ENCRYPT_DECRYPT',
        'kms:KeyOrigin': 'AWS_KMS',
        'kms:MultiRegion': 'false',
        'kms:ResourceAliases': key.aliases,
      }),
    },
  };
}

/** The condition keys of every use of a key. For the documentation. */
export const KEY_CONDITION_KEYS = [
  'kms:CallerAccount',
  'kms:RequestAlias',
  'kms:ResourceAliases',
  'kms:KeySpec',
  'kms:KeyUsage',
  'kms:KeyOrigin',
  'kms:MultiRegion',
] as const;

/** The condition keys of every encryption and decryption, in addition to {@link KEY_CONDITION_KEYS}. For the documentation. */
export const CRYPTOGRAPHIC_CONDITION_KEYS = [
  'kms:EncryptionContext:<name>',
  'kms:EncryptionContextKeys',
  'kms:EncryptionAlgorithm',
] as const;
