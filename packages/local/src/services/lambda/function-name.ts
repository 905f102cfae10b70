import { foreignResource } from '../denial.ts';
import { AwsError, type Caller, type ResourceScope } from '../service.ts';

/** The function of a request. */
export interface FunctionReference {
  readonly name: string;
  /** Absent if the request has no qualifier. */
  readonly qualifier?: string;
}

const NAME = '[A-Za-z0-9_-]{1,64}';
const QUALIFIER = String.raw`\$LATEST|[A-Za-z0-9_-]{1,128}`;
const REFERENCE = new RegExp(
  `^(?:(?:arn:(?<partition>aws[a-z-]*):lambda:(?<region>[a-z0-9-]+):)?(?<account>\\d{12}):function:)?(?<name>${NAME})(?::(?<qualifier>${QUALIFIER}))?$`,
);
const FUNCTION_NAME = new RegExp(`^${NAME}$`);
const ONLY_QUALIFIER = new RegExp(`^(?:${QUALIFIER})$`);

export function functionArn({ account, region }: ResourceScope, { name, qualifier }: FunctionReference): string {
  return `arn:aws:lambda:${region}:${account}:function:${name}${qualifier === undefined ? '' : `:${qualifier}`}`;
}

/**
 * Reads the function of a request: a name, a partial ARN (`000000000000:function:NAME`) or an ARN, each with or without a qualifier.
 *
 * @param queryQualifier the parameter `Qualifier`
 * @throws {@link AwsError} 400 for another form, 403 for a function of another account or region
 */
export function parseFunctionReference(
  text: string,
  queryQualifier: string | undefined,
  scope: ResourceScope,
  caller: Caller,
): FunctionReference {
  const groups = REFERENCE.exec(text)?.groups;
  if (!groups || (queryQualifier !== undefined && !ONLY_QUALIFIER.test(queryQualifier))) {
    throw new AwsError('ValidationException', 400, 'The function name or the qualifier is not valid.');
  }
  const { partition = 'aws', region = scope.region, account = scope.account, name = '', qualifier } = groups;
  if (qualifier !== undefined && queryQualifier !== undefined && qualifier !== queryQualifier) {
    const message = 'The derived qualifier from the function name does not match the specified qualifier.';
    throw new AwsError('InvalidParameterValueException', 400, message);
  }
  const given = qualifier ?? queryQualifier;
  const reference: FunctionReference = { name, ...(given !== undefined && { qualifier: given }) };
  if (partition !== 'aws' || region !== scope.region || account !== scope.account) {
    const arn = functionArn({ region, account }, reference).replace('aws', partition);
    throw foreignResource(caller, 'lambda:InvokeFunction', arn, 403);
  }
  return reference;
}

/** @throws Error for a name that a function cannot have */
export function checkFunctionName(name: string): void {
  if (!FUNCTION_NAME.test(name)) throw new Error('a name has 1 to 64 letters, digits, `-` or `_`');
}
