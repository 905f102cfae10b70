import { isObject, type Json, type JsonObject } from '@tenant-aws/policy/json';
import type { JsonProtocol } from '../json-protocol.ts';
import { jsonService } from '../json-service.ts';
import type { Keys } from '../kms/keys.ts';
import { type Clock, creationError, type ResourceScope, type Service } from '../service.ts';
import { checkShape, VALIDATION_ERRORS } from '../shape.ts';
import { SSM_OPERATIONS } from './operations.ts';
import { Parameters } from './parameters.ts';
import { PUT_PARAMETER_MEMBERS, putParameter, type SsmContext } from './put-parameter.ts';

/** A parameter to create at the start: the value of a String, or the input of PutParameter without `Name`. */
export type ParameterDefinition =
  | string
  | {
      readonly Value: string | undefined;
      /** Default: `String`. */
      readonly Type?: 'String' | 'StringList' | 'SecureString' | undefined;
      readonly KeyId?: string | undefined;
      readonly Description?: string | undefined;
      readonly Tier?: 'Standard' | 'Advanced' | 'Intelligent-Tiering' | undefined;
      readonly Tags?: readonly { readonly Key: string | undefined; readonly Value: string | undefined }[] | undefined;
    };

/** Options of the local Parameter Store. */
export interface SsmOptions extends ResourceScope {
  /** The parameters to create at the start, by name. */
  readonly parameters: Readonly<Record<string, ParameterDefinition>>;
  /** The keys that encrypt SecureStrings. */
  readonly keys: Keys;
  /** Source of those parameters' modification time. */
  readonly clock: Clock;
}

/** The size is enough for a parameter of 8 KB in which every character is escaped. */
const PROTOCOL: JsonProtocol = { version: '1.1', target: 'AmazonSSM', maxBodyBytes: 256 * 1024 };

/**
 * Starts the Parameter Store of Systems Manager in memory.
 *
 * @throws Error that names a parameter that cannot be created
 */
export function ssmService({ account, region, parameters: definitions, keys, clock }: SsmOptions): Service {
  const context: SsmContext = { parameters: new Parameters({ account, region }), keys };
  for (const [name, definition] of Object.entries(definitions)) {
    try {
      createParameter(context, name, definition, new Date(clock()));
    } catch (error) {
      throw creationError('parameter', name, error);
    }
  }
  return jsonService({ name: 'ssm', protocol: PROTOCOL, operations: SSM_OPERATIONS, context });
}

function createParameter(context: SsmContext, Name: string, definition: unknown, now: Date): void {
  const text: Json = JSON.parse(JSON.stringify(typeof definition === 'string' ? { Value: definition } : (definition ?? null)));
  if (!isObject(text)) throw new TypeError('its value must be a string, or the input of PutParameter without `Name`');
  const given: JsonObject = { Type: 'String', ...text, Name };
  checkShape(given, PUT_PARAMETER_MEMBERS, 'PutParameter', VALIDATION_ERRORS);
  void putParameter(given, context, now).execute(new Set());
}
