import { decide, type IamRequest, type Policies } from '@tenant-aws/prover/evaluator';
import {
  appliesTo,
  isEverybody,
  listOf,
  type NamedCaller,
  namesOf,
  type PolicyPrincipal,
  type PrincipalElements,
} from './policy-principal.ts';

type PolicyDocument = Policies['role'][number];
type Statement = Extract<PolicyDocument['Statement'], { readonly Effect: unknown }>;

/** A statement of a resource's policy: like one of an identity policy, with a principal. */
export interface ResourcePolicyStatement extends Statement, PrincipalElements {}

/** The policy of a resource, such as a bucket policy. */
export interface ResourcePolicyDocument {
  readonly Version?: '2012-10-17' | '2008-10-17';
  readonly Id?: string;
  readonly Statement: ResourcePolicyStatement | readonly ResourcePolicyStatement[];
}

/** A resource's policy, prepared for decisions: each statement is an identity policy of its own, for the principals that it names. */
export interface ResourcePolicy {
  readonly statements: readonly {
    readonly principals: PrincipalElements;
    readonly document: PolicyDocument;
  }[];
}

/**
 * The result of a resource's policy for one request.
 *
 * - `explicit-deny`: a Deny applies
 * - `session`: it grants the request to the user or the session itself, or to everybody
 * - `role`: it grants the request to the role of the session
 * - `account`: it grants the request to the caller's account, which can pass it on by its own policies
 * - `none`: none of these
 */
export type ResourceDecision = 'explicit-deny' | 'session' | 'role' | 'account' | 'none';

/** Prepares a policy. INVARIANT: its form is checked before. */
export function resourcePolicy({ Version = '2008-10-17', Statement }: ResourcePolicyDocument): ResourcePolicy {
  return {
    statements: listOf(Statement).map(({ Principal, NotPrincipal, Sid: _sid, ...statement }) => ({
      principals: { ...(Principal !== undefined && { Principal }), ...(NotPrincipal !== undefined && { NotPrincipal }) },
      document: { Version, Statement: statement },
    })),
  };
}

/** Decides a request by the policy of its resource. */
export function decideByResource(policy: ResourcePolicy | undefined, caller: NamedCaller, request: IamRequest): ResourceDecision {
  const found = new Set<ResourceDecision>();
  for (const { principals, document } of policy?.statements ?? []) {
    if (!appliesTo(principals, caller)) continue;
    const { decision } = decide(request, { role: [document] });
    if (decision === 'explicit-deny') return decision;
    if (decision === 'allow') found.add(grantOf(principals.Principal, caller));
  }
  return (['session', 'role', 'account'] as const).find((grant) => found.has(grant)) ?? 'none';
}

function grantOf(named: PolicyPrincipal | undefined, { arn, session }: NamedCaller): ResourceDecision {
  const given = namesOf(named, 'AWS');
  if (isEverybody(named) || given.includes(arn)) return 'session';
  return session && given.includes(session.roleArn) ? 'role' : 'account';
}
