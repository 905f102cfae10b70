import type { LocalAws, LocalAwsOptions } from '../src/index.ts';
import { assume, type ClientKeys, ROLE_ARN, start } from './start-aws.ts';

/** A statement of a session policy. */
export interface TestStatement {
  readonly Effect?: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A role with all permissions. Session policies restrict it. */
const policy = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } as const;

/** Starts a local AWS whose role may do everything. */
export function startOpen(options: Partial<LocalAwsOptions>): Promise<LocalAws> {
  return start({ roles: { [ROLE_ARN]: { policy } }, buckets: [], ...options });
}

/** The credentials of a session with these permissions. */
export function sessionOf(aws: LocalAws, ...statements: readonly TestStatement[]): Promise<Required<ClientKeys>> {
  const Statement = statements.map((statement) => ({ Effect: 'Allow', ...statement }));
  return assume(aws, { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
}
