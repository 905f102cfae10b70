import { decide, type IamRequest, type Policies } from '@tenant-aws/prover/evaluator';
import type { Principal } from '../sessions.ts';

type Statement = Extract<Policies['role'][number]['Statement'], { readonly Effect: unknown }>;
type OneOrMany = string | readonly string[];

/** A statement of a trust policy: like one of an identity policy, with a principal and without a resource. */
export interface TrustStatement extends Omit<Statement, 'Resource' | 'NotResource'> {
  readonly Principal: '*' | { readonly AWS?: OneOrMany; readonly Federated?: OneOrMany };
}

/** A trust policy: which principals can assume a role. */
export interface TrustPolicy {
  readonly Version: '2012-10-17' | '2008-10-17';
  readonly Statement: TrustStatement | readonly TrustStatement[];
}

/** Whether a trust policy allows a principal's request. */
export function trusts(trust: TrustPolicy, principal: Pick<Principal, 'arn' | 'account' | 'session'>, request: IamRequest): boolean {
  return allows(trust, request, (statement) => names(statement.Principal, principal));
}

/**
 * Whether a trust policy allows a request with a token of an identity provider.
 * An Allow must name the provider. A Deny also applies if its principal is `*`.
 */
export function trustsProvider(trust: TrustPolicy, providerArn: string, request: IamRequest): boolean {
  return allows(trust, request, ({ Effect, Principal }) => {
    if (Principal !== '*' && listOf(Principal.Federated).includes(providerArn)) return true;
    // AWS treats `"*"` and `{ "AWS": "*" }` as equal.
    return Effect === 'Deny' && (Principal === '*' || listOf(Principal.AWS).includes('*'));
  });
}

function allows(trust: TrustPolicy, request: IamRequest, applies: (statement: TrustStatement) => boolean): boolean {
  const document = asIdentityPolicy(trust, applies);
  return document !== undefined && decide(request, { role: [document] }).decision === 'allow';
}

/**
 * The statements that apply to a principal, as an identity policy with the resource `*`, which the evaluator can decide on.
 * Undefined if no statement applies.
 */
export function asIdentityPolicy(
  trust: TrustPolicy,
  applies: (statement: TrustStatement) => boolean,
): Policies['role'][number] | undefined {
  const statements = listOf(trust.Statement)
    .filter(applies)
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

/** Policies may write a list of one element without brackets. Returns a list in both cases, and an empty one for undefined. */
export function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return isList(value) ? value : [value];
}

/** `Array.isArray`, which does not narrow the type of a readonly array. */
export function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}
