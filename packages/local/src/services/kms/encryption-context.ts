import { isObject, type Json } from '@tenant-aws/policy/json';
import { foldCase, type IamRequest } from '@tenant-aws/prover/evaluator';
import { AwsError, unsupported } from '../service.ts';
import { textOf } from '../shape.ts';

/** Names and values that a ciphertext is bound to: it is decrypted only with the same ones. */
export type EncryptionContext = ReadonlyMap<string, string>;

const MAX_BYTES = 8192;

/**
 * Reads the parameter EncryptionContext; an absent one is empty.
 *
 * Condition keys ignore the case of their names. For two names that differ only in case, a policy would check one value and
 * the ciphertext would be bound to both: such a context is refused.
 *
 * @throws {@link AwsError} 400, or 501 for two names that differ only in case
 */
export function readEncryptionContext(given: Json | undefined): EncryptionContext {
  const entries = isObject(given) ? Object.entries(given).map(([name, value]): [string, string] => [name, textOf(value)]) : [];
  const context = new Map(entries);
  if (context.has('')) throw new AwsError('ValidationException', 400, 'EncryptionContext has a name without characters');
  if (Buffer.byteLength(canonicalContext(context)) > MAX_BYTES) {
    throw new AwsError('ValidationException', 400, `EncryptionContext is larger than ${MAX_BYTES} bytes`);
  }
  if (new Set([...context.keys()].map(foldCase)).size < context.size) {
    throw unsupported('An EncryptionContext with two names that differ only in case');
  }
  return context;
}

/** A text that is equal for equal contexts, in any order of their names, and different for all others. */
export function canonicalContext(context: EncryptionContext): string {
  return JSON.stringify([...context].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The condition keys of an encryption context. Without names, there are none. */
export function contextConditionKeys(context: EncryptionContext): IamRequest['context'] {
  if (context.size === 0) return {};
  const pairs = [...context].map(([name, value]) => [`kms:EncryptionContext:${name}`, value]);
  return { ...Object.fromEntries(pairs), 'kms:EncryptionContextKeys': [...context.keys()] };
}
