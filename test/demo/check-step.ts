import type { LocalAws } from '@tenant-aws/local';
import type { AwsError } from './app-process.ts';
import type { Step } from './steps.ts';

/** The result of a step. The demo succeeds only if every step passed. */
export type Verdict =
  | { readonly kind: 'passed'; readonly code?: string }
  | { readonly kind: 'leak'; readonly because: string }
  | { readonly kind: 'failed'; readonly because: string };

/** What was observed during a step: the app's response, the calls that reached AWS, and the error that AWS returned to the app. */
export interface Evidence {
  readonly status: number;
  readonly text: string;
  /** `code` of the response's problem details. */
  readonly code?: string;
  readonly calls: LocalAws['calls'];
  /** `not logged` where the app's log cannot be read: only the response is then checked. Absent: AWS returned no error. */
  readonly awsError?: AwsError | 'not logged';
}

/** Checks the response *and* AWS's own decision: an app that fails for another reason does not count as a denial. */
export function checkStep({ by, expect }: Step, { status, text, code, calls, awsError }: Evidence): Verdict {
  const served = status >= 200 && status < 300;
  const response = `the response was ${status} ${code ?? text.slice(0, 60)}`;

  if (expect.kind === 'served') {
    if (!served) return failed(response);
    if (expect.excludes !== undefined && text.includes(expect.excludes))
      return leak(`the response contains data of another tenant: ${expect.excludes}`);
    return expect.includes === undefined || text.includes(expect.includes)
      ? { kind: 'passed' }
      : failed(`the response does not contain ${expect.includes}`);
  }
  if (served) return leak(`the request must be ${expect.kind}, and was served`);

  if (expect.kind === 'refused') {
    if (calls.length > 0) return failed('AWS was called');
    return status === expect.status && code === expect.code ? { kind: 'passed', code: expect.code } : failed(response);
  }

  const session = 'tenant' in by ? by.tenant : undefined;
  const denied = calls.some((call) => call.operation === expect.operation && call.decision === 'denied' && call.tenantSession === session);
  if (!denied) return failed(`IAM denied no ${expect.operation} of ${session}: ${response}`);
  if (status !== 403 || code !== 'aws_access_denied') return failed(`IAM denied the call, but ${response}`);
  if (awsError === 'not logged') return { kind: 'passed', code };
  if (!awsError?.code.startsWith('AccessDenied') || !awsError.message.includes('is not authorized to perform'))
    return failed('IAM denied the call, but the app did not log the denial');
  return { kind: 'passed', code: awsError.code };
}

const leak = (because: string): Verdict => ({ kind: 'leak', because });
const failed = (because: string): Verdict => ({ kind: 'failed', because });
