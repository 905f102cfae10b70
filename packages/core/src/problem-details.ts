import { ConfigurationError, Faults, TenantAwsError } from '@tenant-aws/policy';
import { awsErrorCodeOf, awsRefusalOf } from './aws-errors.ts';

/** The media type of {@link ProblemDetails}: RFC 9457, "Problem Details for HTTP APIs". */
export const PROBLEM_JSON = 'application/problem+json';

/** Headers that a handler may have set for a body that it has not sent: an adapter removes them. A cache must not keep the error. */
export const REPLACED_HEADERS: readonly string[] = [
  'Accept-Ranges',
  'Cache-Control',
  'Content-Disposition',
  'Content-Encoding',
  'Content-Language',
  'Content-Length',
  'Content-Range',
  'ETag',
  'Expires',
  'Last-Modified',
];

/** The body of an RFC 9457 response. Every client may read it. */
export interface ProblemDetails {
  /** Such as `urn:tenant-aws:error:token_invalid`: a name, not an address. */
  readonly type: string;
  /** The message of a {@link TenantAwsError}; for a ConfigurationError without the faults. A fixed text for an error of the AWS SDK. */
  readonly title: string;
  /** The HTTP status of the response. */
  readonly status: number;
  /** The stable code of the error, such as `token_invalid` or `aws_access_denied`. */
  readonly code: string;
}

/** The options of the `problemDetails()` of an adapter. */
export interface ProblemDetailsOptions {
  /**
   * Whether it also responds to errors of AWS SDK clients: denied calls (403), missing objects (404), failed conditions
   * (409 and 412), throttling (503). Default: false.
   */
  readonly awsErrors?: boolean | undefined;
}

/** The response to an error: for authors of adapters. */
export interface ProblemResponse {
  readonly problem: ProblemDetails;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the operator must see the error: a fault, or a call that AWS denied, which may be an attempt to reach another tenant's data. */
  readonly isLogged: boolean;
}

/** @throws {@link ConfigurationError} with every fault of the options */
export function readProblemDetailsOptions(given: ProblemDetailsOptions): Required<ProblemDetailsOptions> {
  if (typeof given !== 'object' || given === null) throw new ConfigurationError(['the options of `problemDetails()` must be an object']);
  const { awsErrors = false } = given;
  const faults = new Faults();
  faults.noneOf('', given, ['awsErrors']);
  if (typeof awsErrors !== 'boolean') faults.option('awsErrors', 'must be true or false');
  return faults.checked({ awsErrors });
}

/** Returns the response to a {@link TenantAwsError} and, with `awsErrors`, to an error of an AWS SDK client; `undefined` for every other error. */
export function problemResponseOf(error: unknown, { awsErrors }: ProblemDetailsOptions): ProblemResponse | undefined {
  if (error instanceof TenantAwsError) return { problem: problemOf(error), headers: error.headers, isLogged: !error.expose };
  const code = awsErrors ? awsErrorCodeOf(error) : undefined;
  if (code === undefined) return undefined;
  const { status, title, headers } = awsRefusalOf(code);
  return { problem: { type: typeOf(code), title, status, code }, headers, isLogged: status === 403 || status >= 500 };
}

/** Returns the body that the `problemDetails()` of an adapter sends. The response has the status and the headers of the error. */
export function problemOf(error: TenantAwsError): ProblemDetails {
  return { type: typeOf(error.code), title: titleOf(error), status: error.status, code: error.code };
}

function typeOf(code: string): string {
  return `urn:tenant-aws:error:${code}`;
}

/** The message of a ConfigurationError contains its faults, which are for the operator and not for a client. */
function titleOf(error: TenantAwsError): string {
  return error instanceof ConfigurationError ? 'Tenant AWS is not configured' : error.message;
}
