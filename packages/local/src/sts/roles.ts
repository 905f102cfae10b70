import { createHash } from 'node:crypto';
import { checkPolicy, type Policies } from '@tenant-aws/prover/evaluator';
import { providerName } from './identity-provider.ts';
import { asIdentityPolicy, listOf, type TrustPolicy, type TrustStatement } from './trust.ts';

/** An identity policy, as the evaluator reads it. */
export type PolicyDocument = Policies['role'][number];

/** A role of the local AWS. */
export interface RoleOptions {
  /** What sessions of the role may do at most: its policy, or several, whose rights add up. */
  readonly policy: PolicyDocument | readonly PolicyDocument[];
  /** Who may assume it. Without one, the base keys alone. As a function, it learns the ARN of `aws.issuer` as a provider. */
  readonly trust?: TrustPolicy | ((issuer: IssuerFacts & { readonly providerArn: string }) => TrustPolicy);
  /** The longest session, in seconds, 3,600 … 43,200. Default 3,600. */
  readonly maxSessionDuration?: number;
}

/** What a trust policy may want to know of `aws.issuer`. */
export interface IssuerFacts {
  readonly url: string;
  readonly audience: string;
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

/** Reads one role, or adds to the problems. Only the partition `aws` exists here. */
export function readRole(arn: string, options: RoleOptions, issuer: IssuerFacts, problems: string[]): Role | undefined {
  const path = `roles['${arn}']`;
  const [, account, name] = ROLE_ARN.exec(arn) ?? [];
  if (account === undefined || name === undefined) {
    problems.push(`\`${path}\` is not the ARN of a role in the partition aws`);
    return undefined;
  }
  if (typeof options !== 'object' || options === null) {
    problems.push(`\`${path}\` is not a role`);
    return undefined;
  }
  const { policy, trust: trustOption, maxSessionDuration = 3600, ...unknown } = options;
  for (const key of Object.keys(unknown)) problems.push(`\`${path}.${key}\` is not an option`);
  if (!Number.isInteger(maxSessionDuration) || maxSessionDuration < 3600 || maxSessionDuration > 43_200) {
    problems.push(`\`${path}.maxSessionDuration\` is not between 3600 and 43200 seconds`);
  }
  const policies: readonly PolicyDocument[] = policy === undefined ? [policy] : listOf(policy);
  for (const document of policies) for (const problem of checkPolicy(document)) problems.push(`\`${path}.policy\`: ${problem}`);
  const providerArn = `arn:aws:iam::${account}:oidc-provider/${providerName(issuer.url)}`;
  const trust = typeof trustOption === 'function' ? trustOption({ ...issuer, providerArn }) : trustOption;
  if (trust) for (const problem of checkTrust(trust)) problems.push(`\`${path}.trust\`: ${problem}`);
  // Copies: what the caller changes later must not change who may do what.
  const own = structuredClone({ policies, ...(trust && { trust }) });
  return { arn, account, name, id: uniqueId('AROA', arn), maxSessionDuration, ...own };
}

/** AWS's unique id of an entity, derived from its ARN so that it is the same in every run. */
export function uniqueId(prefix: 'AROA' | 'AIDA', arn: string): string {
  return prefix + createHash('sha256').update(arn).digest('hex').slice(0, 17).toUpperCase();
}

function checkTrust(trust: TrustPolicy): string[] {
  const problems: string[] = [];
  for (const statement of listOf(trust.Statement)) {
    const { Principal } = statement;
    if (!isPrincipal(Principal)) problems.push('a statement has no Principal of AWS or Federated');
    else if (hasWildcard(Principal)) problems.push('a Principal has no wildcard but `*` alone, and none of Federated');
    if ('NotPrincipal' in statement || 'Resource' in statement || 'NotResource' in statement) {
      problems.push('NotPrincipal, Resource and NotResource have no place in a trust policy');
    }
  }
  return [...problems, ...checkPolicy(asIdentityPolicy(trust, () => true))];
}

function isPrincipal(principal: unknown): boolean {
  if (typeof principal !== 'object' || principal === null) return principal === '*';
  const kinds = Object.entries(principal);
  return kinds.length > 0 && kinds.every(([kind, names]) => (kind === 'AWS' || kind === 'Federated') && isNames(names));
}

/** AWS takes no such name. Here it would match nobody, and a Deny of it would be no fence. */
function hasWildcard(principal: TrustStatement['Principal']): boolean {
  if (principal === '*') return false;
  const names = [...listOf(principal.AWS).filter((name) => name !== '*'), ...listOf(principal.Federated)];
  return names.some((name) => /[*?]/.test(name));
}

function isNames(names: unknown): boolean {
  return typeof names === 'string' || (Array.isArray(names) && names.every((name) => typeof name === 'string'));
}
