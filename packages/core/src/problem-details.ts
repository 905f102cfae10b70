import { ConfigurationError, type TenantAwsError } from '@tenant-aws/policy';

/** The media type of {@link ProblemDetails}: RFC 9457, "Problem Details for HTTP APIs". */
export const PROBLEM_JSON = 'application/problem+json';

/** A {@link TenantAwsError} as RFC 9457 writes a failure: nothing in it that a stranger may not read. */
export interface ProblemDetails {
  /** `urn:tenant-aws:error:token_invalid`: a name, not an address. */
  readonly type: string;
  /** The error's message; of a ConfigurationError not the faults in it. */
  readonly title: string;
  /** The HTTP status of the answer. */
  readonly status: number;
  /** The error's stable code: `token_invalid`. */
  readonly code: string;
}

/** What an adapter's `problemDetails()` answers; the status and the headers are the error's own. */
export function problemOf(error: TenantAwsError): ProblemDetails {
  return { type: `urn:tenant-aws:error:${error.code}`, title: titleOf(error), status: error.status, code: error.code };
}

/** A ConfigurationError names its faults in its message, for whoever starts the application: at a request they are no stranger's to read. */
function titleOf(error: TenantAwsError): string {
  return error instanceof ConfigurationError ? 'Tenant AWS is not configured' : error.message;
}
