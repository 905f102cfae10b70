import { AwsError } from '../service.ts';

export function invalidArgument(name: string, value: string, message: string): AwsError {
  return new AwsError('InvalidArgument', 400, message, { ArgumentName: name, ArgumentValue: value });
}

export function invalidRequest(message: string): AwsError {
  return new AwsError('InvalidRequest', 400, message);
}

/** The 501 that names the unsupported part of a request. */
export function notImplemented(part: string | undefined): AwsError {
  const what = part ? `The local AWS does not support \`${part}\` for this operation.` : 'The local AWS does not support this operation.';
  return new AwsError('NotImplemented', 501, `A header or a query parameter implies functionality that is not implemented. ${what}`);
}

/** An error whose response has headers. */
export class ErrorWithHeaders extends AwsError {
  readonly headers: Readonly<Record<string, string>>;

  constructor(error: AwsError, headers: Readonly<Record<string, string>>) {
    super(error.code, error.status, error.message, error.members);
    this.headers = headers;
  }
}

export function preconditionFailed(condition: string): AwsError {
  return new AwsError('PreconditionFailed', 412, 'At least one of the pre-conditions you specified did not hold', { Condition: condition });
}
