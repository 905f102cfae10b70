import type { JsonObject } from '@tenant-aws/policy/json';
import type { ParsedJsonOperation } from '../json-service.ts';
import type { Keys } from '../kms/keys.ts';
import { readTags, requestTagKeys, TAGS } from '../resource-tags.ts';
import { AwsError, unsupported } from '../service.ts';
import { BOOLEAN, type Members, oneOf, STRING, string, textOf } from '../shape.ts';
import { parameterArn, readNewName } from './parameter-name.ts';
import type { Parameter, Parameters, ParameterTier, ParameterType } from './parameters.ts';
import { encryptionKey, encryptRequests, encryptValue } from './secure-string.ts';

/** The parameters and the keys that encrypt them. */
export interface SsmContext {
  readonly parameters: Parameters;
  readonly keys: Keys;
}

export const PUT_PARAMETER_MEMBERS: Members = {
  Name: string({ min: 1, max: 2048 }),
  Value: string({ min: 1 }),
  'Type?': oneOf('String', 'StringList', 'SecureString'),
  'Description?': string({ max: 1024 }),
  'KeyId?': string({ min: 1, max: 256 }),
  'Overwrite?': BOOLEAN,
  'Tags?': TAGS,
  'Tier?': oneOf('Standard', 'Advanced', 'Intelligent-Tiering'),
  'DataType?': STRING,
};

const MAX_BYTES: Readonly<Record<ParameterTier, number>> = { Standard: 4096, Advanced: 8192 };

/** Parses PutParameter. AllowedPattern and policies are not supported. */
export function putParameter(given: JsonObject, { parameters, keys }: SsmContext, now: Date): ParsedJsonOperation {
  const name = readNewName(parameters.scope, textOf(given['Name']));
  const arn = parameterArn(parameters.scope, name);
  const overwrite = given['Overwrite'] === true;
  const tags = readTags(given['Tags']);
  if (overwrite && tags.size > 0) throw validation("Tags and Overwrite can't be used together: use AddTagsToResource.");
  if (given['DataType'] !== undefined && given['DataType'] !== 'text') throw unsupported('A DataType other than text');
  const same = parameters.find({ name, isArn: false });
  const type = typeOf(given, same);
  const value = textOf(given['Value']);
  const tier = tierOf(given, value, same);
  const { KeyId } = given;
  // An error before the decision must not depend on a stored parameter: the caller could have no access to it.
  const named = encryptionKey(keys, KeyId === undefined ? undefined : textOf(KeyId));
  const key = type === 'SecureString' ? named : undefined;
  const context = { 'ssm:Overwrite': String(overwrite), 'ssm:Policies': 'false', ...requestTagKeys(tags) };
  return {
    authorize: [
      { action: 'ssm:PutParameter', resource: arn, context },
      ...(tags.size > 0 ? [{ action: 'ssm:AddTagsToResource', resource: arn, context: requestTagKeys(tags) }] : []),
      ...(key ? encryptRequests(keys, key, arn, tier) : []),
    ],
    execute() {
      const current = parameters.find({ name, isArn: false });
      if (current !== undefined && !overwrite) {
        const message = 'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.';
        throw new AwsError('ParameterAlreadyExists', 400, message);
      }
      if (type === undefined) throw validation('A parameter type is required when you create a parameter.');
      if (KeyId !== undefined && key === undefined) throw validation('KeyId is required for SecureString type parameters only.');
      checkSameType(type, current);
      checkValue(value, tier, current);
      const stored = key ? encryptValue(keys, key, arn, value) : { value };
      const { version } = parameters.put(name, { type, tier, ...stored, modifiedAt: now }, tags);
      return { Version: version, Tier: tier };
    },
  };
}

function typeOf({ Type }: JsonObject, same: Parameter | undefined): ParameterType | undefined {
  if (Type === 'String' || Type === 'StringList' || Type === 'SecureString') return Type;
  return same?.versions.at(-1)?.type;
}

function tierOf({ Tier }: JsonObject, value: string, same: Parameter | undefined): ParameterTier {
  if (Tier === 'Standard' || Tier === 'Advanced') return Tier;
  const isAdvanced = same?.versions.at(-1)?.tier === 'Advanced';
  return isAdvanced || (Tier === 'Intelligent-Tiering' && Buffer.byteLength(value) > MAX_BYTES.Standard) ? 'Advanced' : 'Standard';
}

function checkSameType(type: ParameterType, current: Parameter | undefined): void {
  if (current === undefined || current.versions.at(-1)?.type === type) return;
  throw new AwsError('HierarchyTypeMismatchException', 400, "The type of a parameter can't be changed: delete the parameter first.");
}

function checkValue(value: string, tier: ParameterTier, current: Parameter | undefined): void {
  if (Buffer.byteLength(value) > MAX_BYTES[tier]) {
    throw validation(`A parameter of the tier ${tier} can have a value of up to ${MAX_BYTES[tier]} bytes.`);
  }
  if (tier === 'Standard' && current?.versions.at(-1)?.tier === 'Advanced') {
    throw validation("An advanced parameter can't be changed to a standard parameter.");
  }
  const open = value.indexOf('{{');
  if (open !== -1 && value.includes('}}', open)) {
    throw validation('Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.');
  }
}

function validation(message: string): AwsError {
  return new AwsError('ValidationException', 400, message);
}
