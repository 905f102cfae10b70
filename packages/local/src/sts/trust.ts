import { decide, type IamRequest, type Policies } from '@tenant-aws/prover/evaluator';
import { appliesTo, isEverybody, listOf, type NamedCaller, namesOf, type PrincipalElements } from '../policy-principal.ts';

type Statement = Extract<Policies['role'][number]['Statement'], { readonly Effect: unknown }>;

export type { PolicyPrincipal as TrustPrincipal } from '../policy-principal.ts';

/** A statement of a trust policy: like one of an identity policy, with a principal and without a resource. */
export interface TrustStatement extends Omit<Statement, 'Resource' | 'NotResource'>, PrincipalElements {}

/** A trust policy: which principals can assume a role. */
export interface TrustPolicy {
  readonly Version: '2012-10-17' | '2008-10-17';
  readonly Statement: TrustStatement | readonly TrustStatement[];
}

/** Whether a trust policy allows a principal's request. */
export function trusts(trust: TrustPolicy, caller: NamedCaller, request: IamRequest): boolean {
  return allows(trust, request, (statement) => appliesTo(statement, caller));
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
