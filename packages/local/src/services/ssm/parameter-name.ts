import { AwsError, type ResourceScope, unsupported } from '../service.ts';

/** The parameter that a name, with or without a selector, names. */
export interface ParameterName {
  /** `/acme/db/url`. A name without a slash is at the root. */
  readonly name: string;
  /** A version: `/acme/db/url:3`. */
  readonly selector?: string;
  /** Whether the request has an ARN, which is equal for the names `acme` and `/acme`. */
  readonly isArn: boolean;
}

const NAME = /^(?:\/(?:[A-Za-z0-9_.-]+\/)*)?[A-Za-z0-9_.-]+$/;
const PATH = /^\/(?:[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*\/?)?$/;
/** Public parameters, and references to secrets of Secrets Manager. */
const AWS_PATH = /^\/aws(?:\/|$)/i;
const RESERVED = /^\/?(?:aws|ssm)/i;
const MAX_LEVELS = 15;
const MAX_ARN = 1011;

/** The ARN of a parameter or a path. A leading slash is not doubled: `/acme` and `acme` have one ARN. */
export function parameterArn({ account, region }: ResourceScope, name: string): string {
  return `arn:aws:ssm:${region}:${account}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
}

/**
 * Reads a name in a request that reads or deletes.
 *
 * @throws {@link AwsError} 400 for an invalid name, 501 for a parameter of AWS or of another account
 */
export function readParameterName(scope: ResourceScope, text: string): ParameterName {
  const prefix = parameterArn(scope, '/');
  const isArn = text.startsWith('arn:');
  if (isArn && !text.startsWith(prefix)) throw unsupported('A parameter of another account or region');
  const [name = '', selector, ...more] = (isArn ? text.slice(prefix.length - 1) : text.trim()).split(':');
  if (!NAME.test(name) || more.length > 0 || selector === '') throw invalidName();
  if (AWS_PATH.test(name)) throw unsupported('A parameter whose name begins with /aws/');
  return { name, isArn, ...(selector !== undefined && { selector }) };
}

/**
 * Reads the name of a parameter to write.
 *
 * @throws {@link AwsError} 400 for an invalid or reserved name
 */
export function readNewName(scope: ResourceScope, text: string): string {
  const name = text.trim();
  if (AWS_PATH.test(name)) throw new AwsError('AccessDeniedException', 400, 'No access to reserved parameter name.');
  if (name.includes('/') && !name.startsWith('/')) {
    throw new AwsError('ValidationException', 400, 'Parameter name must be a fully qualified name.');
  }
  if (!NAME.test(name) || RESERVED.test(name)) throw invalidName();
  if (parameterArn(scope, name).length > MAX_ARN) {
    throw new AwsError('ValidationException', 400, `The ARN of a parameter can have up to ${MAX_ARN} characters.`);
  }
  if (name.split('/').length - 1 > MAX_LEVELS) {
    throw new AwsError('HierarchyLevelLimitExceededException', 400, `A hierarchy can have up to ${MAX_LEVELS} levels.`);
  }
  return name;
}

/**
 * Reads the path of GetParametersByPath. A slash at its end is part of the ARN that needs the permission, as on AWS.
 *
 * @throws {@link AwsError} 400 for an invalid path, 501 for a path of AWS
 */
export function readPath(text: string): string {
  const path = text.trim();
  if (!PATH.test(path)) throw invalidName();
  if (AWS_PATH.test(path)) throw unsupported('A path that begins with /aws/');
  return path;
}

function invalidName(): AwsError {
  return new AwsError(
    'ValidationException',
    400,
    'A parameter name can have letters, digits and the symbols . - and _. A hierarchy begins with a slash, and slashes separate its levels. ' +
      'The name can\'t begin with "aws" or "ssm" (case-insensitive).',
  );
}
