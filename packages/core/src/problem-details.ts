import { ConfigurationError, type TenantAwsError } from '@tenant-aws/policy';

/** The media type of {@link ProblemDetails}: RFC 9457, "Problem Details for HTTP APIs". */
export const PROBLEM_JSON = 'application/problem+json';

/** The body of an RFC 9457 response for a {@link TenantAwsError}. Every client may read it. */
export interface ProblemDetails {
  /** Such as `urn:tenant-aws:error:token_invalid`: a name, not an address. */
  readonly type: string;
  /** The message of the error; for a ConfigurationError without the faults. */
  readonly title: string;
  /** The HTTP status of the response. */
  readonly status: number;
  /** The stable code of the error, such as `token_invalid`. */
  readonly code: string;
}

/** Returns the body that the `problemDetails()` of an adapter sends. The response has the status and the headers of the error. */
export function problemOf(error: TenantAwsError): ProblemDetails {
  return { type: `urn:tenant-aws:error:${error.code}`, title: titleOf(error), status: error.status, code: error.code };
}

/** The message of a ConfigurationError contains its faults, which are for the operator and not for a client. */
function titleOf(error: TenantAwsError): string {
  return error instanceof ConfigurationError ? 'Tenant AWS is not configured' : error.message;
}
