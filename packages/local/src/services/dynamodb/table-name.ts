import type { ResourceScope } from '../service.ts';
import type { JsonObject } from '@tenant-aws/policy/json';
import { validationError } from './errors.ts';

/** The ARN of a table, or of one of its indexes. */
export function tableArn({ account, region }: ResourceScope, table: string, index?: string): string {
  const arn = `arn:aws:dynamodb:${region}:${account}:table/${table}`;
  return index === undefined ? arn : `${arn}/index/${index}`;
}

/**
 * The name of a table that a request names by its name or its ARN.
 *
 * @throws {@link AwsError} 400 for an ARN of another account or region, or another ARN
 */
export function plainTableName(scope: ResourceScope, given: string): string {
  if (!given.startsWith('arn:')) return given;
  const name = nameIn(scope, given);
  if (name !== undefined) return name;
  throw validationError('TableName must be the name or the ARN of a table of this account and region');
}

/**
 * The name of the table that an ARN names.
 *
 * @throws {@link AwsError} 400 for an ARN of another account, region or resource
 */
export function tableOfArn(scope: ResourceScope, arn: string | undefined): string {
  if (arn === undefined) throw validationError('Invalid TableArn');
  const name = nameIn(scope, arn);
  if (name === undefined) throw validationError(`Invalid TableArn: Invalid ResourceArn provided as input ${arn}`);
  return name;
}

function nameIn(scope: ResourceScope, arn: string): string | undefined {
  const prefix = tableArn(scope, '');
  const name = arn.slice(prefix.length);
  return arn.startsWith(prefix) && /^[a-zA-Z0-9_.-]{3,255}$/.test(name) ? name : undefined;
}

/** The parameters with a plain TableName. A TableName that is not a string is kept: the validation refuses it. */
export function withPlainTableName(scope: ResourceScope, parameters: JsonObject): JsonObject {
  const { TableName } = parameters;
  return typeof TableName === 'string' ? { ...parameters, TableName: plainTableName(scope, TableName) } : parameters;
}
