import { decide, type IamRequest, type Policies } from '@tenant-aws/prover/evaluator';
import type { Principal } from '../sessions.ts';

type Statement = Extract<Policies['role'][number]['Statement'], { readonly Effect: unknown }>;
type OneOrMany = string | readonly string[];

/** A statement of a trust policy: an identity policy's, with a principal and without a resource. */
export interface TrustStatement extends Omit<Statement, 'Resource' | 'NotResource'> {
  readonly Principal: '*' | { readonly AWS?: OneOrMany; readonly Federated?: OneOrMany };
}

/** Who may assume a role. */
export interface TrustPolicy {
  readonly Version: '2012-10-17' | '2008-10-17';
  readonly Statement: TrustStatement | readonly TrustStatement[];
}

/** Whether a trust policy lets this principal make this request. */
export function trusts(trust: TrustPolicy, principal: Pick<Principal, 'arn' | 'account' | 'session'>, request: IamRequest): boolean {
  const document = asIdentityPolicy(trust, (statement) => names(statement.Principal, principal));
  return document !== undefined && decide(request, { role: [document] }).decision === 'allow';
}

/**
 * Whether a trust policy lets a provider's token make this request.
 * A provider must be named to be let in; to be kept out it is enough that everybody is.
 */
export function trustsProvider(trust: TrustPolicy, providerArn: string, request: IamRequest): boolean {
  const document = asIdentityPolicy(trust, ({ Effect, Principal }) => {
    if (Principal !== '*' && listOf(Principal.Federated).includes(providerArn)) return true;
    return Effect === 'Deny' && isEverybody(Principal);
  });
  return document !== undefined && decide(request, { role: [document] }).decision === 'allow';
}

/**
 * The statements that speak of a principal, as an identity policy on any resource: what remains to be decided is then
 * the evaluator's. Undefined where none does.
 */
export function asIdentityPolicy(trust: TrustPolicy, speaks: (statement: TrustStatement) => boolean): Policies['role'][number] | undefined {
  const statements = listOf(trust.Statement)
    .filter(speaks)
    .map(({ Principal: _principal, ...statement }) => ({ ...statement, Resource: '*' }));
  return statements.length === 0 ? undefined : { Version: trust.Version, Statement: statements };
}

/** @see AWS IAM User Guide, "AWS JSON policy elements: Principal" */
function names(principal: TrustStatement['Principal'], caller: Pick<Principal, 'arn' | 'account' | 'session'>): boolean {
  if (principal === '*') return true;
  const own = ['*', caller.arn, caller.account, `arn:aws:iam::${caller.account}:root`];
  if (caller.session) own.push(caller.session.roleArn);
  return listOf(principal.AWS).some((name) => own.includes(name));
}

/** The two spellings are one to AWS. */
function isEverybody(principal: TrustStatement['Principal']): boolean {
  return principal === '*' || listOf(principal.AWS).includes('*');
}

/** A policy writes a list of one element also without brackets. Returns the list in both cases, and an empty one for undefined. */
export function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return isList(value) ? value : [value];
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}
