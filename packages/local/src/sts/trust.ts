import { decide, type IamRequest, type Policies } from '@tenant-aws/prover/evaluator';
import type { Principal } from '../sessions.ts';

type Statement = Extract<Policies['role'][number]['Statement'], { readonly Effect: unknown }>;
type OneOrMany = string | readonly string[];
type Caller = Pick<Principal, 'arn' | 'account' | 'session'>;

/** Whom a statement of a trust policy names. A service or a canonical user is accepted, and is no caller of the local AWS. */
export type TrustPrincipal =
  | '*'
  | {
      readonly AWS?: OneOrMany;
      readonly Federated?: OneOrMany;
      readonly Service?: OneOrMany;
      readonly CanonicalUser?: OneOrMany;
    };

/** A statement of a trust policy: like one of an identity policy, with a principal and without a resource. */
export interface TrustStatement extends Omit<Statement, 'Resource' | 'NotResource'> {
  readonly Principal?: TrustPrincipal;
  /** Instead of `Principal`, in a statement with the effect Deny: it applies to all other principals. */
  readonly NotPrincipal?: TrustPrincipal;
}

/** A trust policy: which principals can assume a role. */
export interface TrustPolicy {
  readonly Version: '2012-10-17' | '2008-10-17';
  readonly Statement: TrustStatement | readonly TrustStatement[];
}

/** Whether a trust policy allows a principal's request. */
export function trusts(trust: TrustPolicy, principal: Caller, request: IamRequest): boolean {
  return allows(trust, request, ({ Principal, NotPrincipal }) =>
    NotPrincipal === undefined ? names(Principal, principal) : !exempts(NotPrincipal, principal),
  );
}

/**
 * Whether a trust policy allows a request with a token of an identity provider.
 * An Allow must name the provider. A Deny also applies if its principal is `*`.
 */
export function trustsProvider(trust: TrustPolicy, providerArn: string, request: IamRequest): boolean {
  return allows(trust, request, ({ Effect, Principal, NotPrincipal }) => {
    if (NotPrincipal !== undefined) return !isEverybody(NotPrincipal) && !namesOf(NotPrincipal, 'Federated').includes(providerArn);
    return namesOf(Principal, 'Federated').includes(providerArn) || (Effect === 'Deny' && isEverybody(Principal));
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
    .map(({ Principal: _principal, NotPrincipal: _notPrincipal, ...statement }) => ({ ...statement, Resource: '*' }));
  return statements.length === 0 ? undefined : { Version: trust.Version, Statement: statements };
}

/** @see AWS IAM User Guide, "AWS JSON policy elements: Principal" */
function names(principal: TrustPrincipal | undefined, caller: Caller): boolean {
  return isEverybody(principal) || identitiesOf(caller).some((name) => namesOf(principal, 'AWS').includes(name));
}

/**
 * Whether a Deny with `NotPrincipal` spares a caller: it must name every identity of the caller, its account included.
 *
 * @see AWS IAM User Guide, "AWS JSON policy elements: NotPrincipal"
 */
function exempts(principal: TrustPrincipal, caller: Caller): boolean {
  const given = namesOf(principal, 'AWS').map((name) => (name === caller.account ? rootOf(caller) : name));
  return isEverybody(principal) || identitiesOf(caller).every((name) => name === caller.account || given.includes(name));
}

function identitiesOf(caller: Caller): readonly string[] {
  return [caller.arn, caller.account, rootOf(caller), ...(caller.session ? [caller.session.roleArn] : [])];
}

function rootOf({ account }: Caller): string {
  return `arn:aws:iam::${account}:root`;
}

/** AWS treats `"*"` and `{ "AWS": "*" }` as equal. */
function isEverybody(principal: TrustPrincipal | undefined): boolean {
  return principal === '*' || namesOf(principal, 'AWS').includes('*');
}

/** The names of one kind. */
export function namesOf(principal: TrustPrincipal | undefined, kind: keyof Exclude<TrustPrincipal, '*'>): readonly string[] {
  return principal === undefined || principal === '*' ? [] : listOf(principal[kind]);
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
