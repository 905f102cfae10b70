import type { JsonObject } from '@tenant-aws/policy/json';
import { AwsError } from '../service.ts';
import { blob, list, type Members, type Shape, string, textOf } from '../shape.ts';
import type { NewVersion, SecretValue } from './secret.ts';
import { invalidRequest } from './secrets.ts';

const MAX_BYTES = 65_536;

/** The parameters of an operation that adds a version. */
export const VALUE_MEMBERS: Members = {
  'ClientRequestToken?': string({ min: 32, max: 64 }),
  'SecretString?': string({ min: 1, max: MAX_BYTES }),
  'SecretBinary?': blob(1, MAX_BYTES),
};

/** The parameter VersionStages. */
export const VERSION_STAGES: Shape = list(string({ min: 1, max: 256 }), { min: 1, max: 20 });

/**
 * Reads the version in a request; undefined if it has no value.
 *
 * @throws {@link AwsError} 400 for two values, or a value without ClientRequestToken
 */
export function readVersion(given: JsonObject): NewVersion | undefined {
  const value = readValue(given);
  if (value === undefined) return undefined;
  const { ClientRequestToken, VersionStages } = given;
  if (ClientRequestToken === undefined) {
    throw invalidRequest('You must provide a ClientRequestToken value. We recommend a UUID-type value.');
  }
  const stages = Array.isArray(VersionStages) ? VersionStages.map(textOf) : ['AWSCURRENT'];
  return { id: textOf(ClientRequestToken), value, stages };
}

function readValue({ SecretString, SecretBinary }: JsonObject): SecretValue | undefined {
  if (SecretString !== undefined && SecretBinary !== undefined) {
    throw new AwsError(
      'InvalidParameterException',
      400,
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  }
  if (SecretBinary !== undefined) return { SecretBinary: textOf(SecretBinary) };
  if (SecretString === undefined) return undefined;
  const text = textOf(SecretString);
  if (Buffer.byteLength(text) > MAX_BYTES) {
    throw new AwsError('ValidationException', 400, `SecretString is larger than ${MAX_BYTES} bytes`);
  }
  return { SecretString: text };
}
