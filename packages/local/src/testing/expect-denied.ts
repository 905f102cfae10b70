import { AssertionError } from 'node:assert';
import type { Call } from '../calls.ts';
import { isAppResponse } from './tenant-client.ts';

/** The options of `expectDenied`. */
export interface ExpectDeniedOptions {
  /** Operations that may be allowed, such as `['GetItem']`: the handler reads its own data before it does what must be denied. Default: none. */
  readonly allowed?: readonly string[];
}

/** The result of the callback. */
type Outcome = { readonly value: unknown } | { readonly error: unknown };

const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'AuthorizationError', 'AuthorizationErrorException']);

/**
 * Makes `expectDenied` for the calls of a local AWS.
 *
 * @returns a function that runs a callback, and returns the calls that AWS denied. It throws an AssertionError unless AWS received at least one
 * call to a data service, and denied each of them to a session of a tenant
 */
export function expectDeniedOf(calls: readonly Call[]) {
  let isRunning = false;
  return async function expectDenied(run: () => unknown, { allowed = [] }: ExpectDeniedOptions = {}): Promise<readonly Call[]> {
    if (typeof run !== 'function') throw new TypeError("`expectDenied` needs a function: expectDenied(() => as('acme').get('/path'))");
    // Two callbacks at the same time: the denied call of one would hide that the other called nothing.
    if (isRunning) throw new TypeError('another `expectDenied` is running: await each of them');
    isRunning = true;
    try {
      const before = new Set(calls);
      const outcome = await outcomeOf(run);
      const received = calls.filter((call) => !before.has(call));
      const problem = problemOf(received, outcome, new Set(allowed));
      if (problem !== undefined) throw failure(problem, outcome);
      return received.filter(isDeniedData);
    } finally {
      isRunning = false;
    }
  };
}

async function outcomeOf(run: () => unknown): Promise<Outcome> {
  try {
    return { value: await run() };
  } catch (error) {
    return { error };
  }
}

/** Why the callback does not show isolation; undefined if it does. */
function problemOf(received: readonly Call[], outcome: Outcome, expected: ReadonlySet<string>): string | undefined {
  const data = received.filter((call) => !isOwnStsCall(call));
  const leak = data.find(({ decision, operation }) => decision === 'allowed' && !expected.has(operation));
  if (leak) return `AWS allowed ${describe(leak)}${otherwiseDenied(data, leak)}`;
  const other = received.find(({ decision }) => decision === 'refused' || decision === 'fault');
  if (other?.decision === 'refused')
    return `the local AWS refused ${describe(other)}: its format or its signature is not accepted, which is not a denial by IAM`;
  if (other) return `a fault that the test injected replaced the response to ${describe(other)}`;
  const unassumed = received.find((call) => isOwnStsCall(call) && call.decision === 'denied');
  if (unassumed)
    return `the app got no credentials: AWS denied ${describe(unassumed)}. Is this the role in \`TENANT_AWS_ROLE_ARN\` or \`roles\`?`;
  const denied = data.filter(isDeniedData);
  const [first] = denied;
  if (first === undefined) return 'AWS received no call that it could deny';
  const base = denied.find(({ tenantSession }) => tenantSession === undefined);
  if (base)
    return `AWS denied ${describe(base)}, but the call was signed with the app's own credentials. They can have other permissions on AWS: use the tenant's client`;
  if ('error' in outcome && !isDenial(outcome.error)) return `AWS denied ${describe(first)}, but the callback failed with another error`;
  return undefined;
}

function otherwiseDenied(data: readonly Call[], leak: Call): string {
  const denied = data.find(isDeniedData);
  return denied ? `, and denied only ${describe(denied)}. If ${leak.operation} may be allowed, add { allowed: ['${leak.operation}'] }` : '';
}

/** A call with which the app gets credentials. A tenant's session that assumes a role is a call like those to data services. */
function isOwnStsCall({ service, tenantSession }: Call): boolean {
  return service === 'sts' && tenantSession === undefined;
}

function isDeniedData(call: Call): boolean {
  return !isOwnStsCall(call) && call.decision === 'denied';
}

function describe({ operation, resource, tenantSession }: Call): string {
  return `${operation}${resource === undefined ? '' : ` on ${resource}`}${tenantSession === undefined ? '' : ` for the session ${tenantSession}`}`;
}

/** Whether an error is the denial that an AWS SDK throws, has one as its cause, or is an HTTP client's error for a response of the app. */
function isDenial(error: unknown, depth = 5): boolean {
  if (typeof error !== 'object' || error === null || depth === 0) return false;
  const { name, $metadata, response, cause } = error as ErrorParts;
  if ($metadata !== undefined && ($metadata.httpStatusCode === 403 || DENIED.has(String(name)))) return true;
  if (Number(response?.status ?? response?.statusCode) >= 400) return true;
  return isDenial(cause, depth - 1);
}

interface ErrorParts {
  readonly name?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly response?: { readonly status?: number; readonly statusCode?: number };
  readonly cause?: unknown;
}

function failure(problem: string, outcome: Outcome): AssertionError {
  const error = new AssertionError({
    message: `expected AWS to deny the calls of the callback: ${problem}${ending(outcome)}`,
    stackStartFn: failure,
  });
  return 'error' in outcome ? Object.defineProperty(error, 'cause', { value: outcome.error, enumerable: false }) : error;
}

function ending(outcome: Outcome): string {
  if ('error' in outcome)
    return `. The callback failed with ${outcome.error instanceof Error ? `${outcome.error.name}: ${outcome.error.message}` : String(outcome.error)}`;
  if (isAppResponse(outcome.value)) return `. The app responded ${outcome.value.status}: ${outcome.value.text.slice(0, 300)}`;
  return '';
}
