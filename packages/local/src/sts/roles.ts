import { createHash } from 'node:crypto';
import type { Policies } from '@tenant-aws/prover/evaluator';
import type { TrustPolicy } from './trust.ts';

/** An identity policy, as the evaluator reads it. */
export type PolicyDocument = Policies['role'][number];

/** A role of the local AWS. */
export interface RoleOptions {
  /** What sessions of the role may do at most: its policy, or several, whose rights add up. */
  readonly policy: PolicyDocument | readonly PolicyDocument[];
  /** Who may assume it. Without one, the base keys alone. */
  readonly trust?: TrustPolicy;
  /** The longest session, in seconds, 3,600 … 43,200. Default 3,600. */
  readonly maxSessionDuration?: number;
}

/** A role, read. */
export interface Role {
  readonly arn: string;
  readonly account: string;
  /** Without its path. */
  readonly name: string;
  /** `AROA…`, the same for the same ARN. */
  readonly id: string;
  readonly policies: readonly PolicyDocument[];
  readonly trust?: TrustPolicy;
  readonly maxSessionDuration: number;
}

const ROLE_ARN = /^arn:aws:iam::(\d{12}):role\/(?:[\x21-\x7e]{1,510}\/)?([\w+=,.@-]{1,64})$/;

/** The account and name of a role's ARN; undefined if it is none. Only the partition `aws` exists here. */
export function parseRoleArn(arn: string): { account: string; name: string } | undefined {
  const [, account, name] = ROLE_ARN.exec(arn) ?? [];
  return account === undefined || name === undefined ? undefined : { account, name };
}

/** AWS's unique id of an entity, derived from its ARN so that it is the same in every run. */
export function uniqueId(prefix: 'AROA' | 'AIDA', arn: string): string {
  return prefix + createHash('sha256').update(arn).digest('hex').slice(0, 17).toUpperCase();
}
