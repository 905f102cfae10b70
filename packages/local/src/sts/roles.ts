import { createHash } from 'node:crypto';
import { checkPolicy, type Policies } from '@tenant-aws/prover/evaluator';
import { isList, listOf, principalFaults } from '../policy-principal.ts';
import { providerName } from './identity-provider.ts';
import { asIdentityPolicy, type TrustPolicy } from './trust.ts';

/** An identity policy, in the evaluator's type. */
export type PolicyDocument = Policies['role'][number];

/** A role of the local AWS. */
export interface RoleOptions {
  /** The role's policies. Their permissions add up, and are the most that a session of the role can have. */
  readonly policy: PolicyDocument | readonly PolicyDocument[];
  /** The trust policy. Without it, only the base keys can assume the role. A function receives the ARN of `aws.issuer` as an identity provider. */
  readonly trust?: TrustPolicy | ((issuer: IssuerFacts & { readonly providerArn: string }) => TrustPolicy);
  /** The longest duration of a session, in seconds, from 3,600 to 43,200. Default: 3,600. */
  readonly maxSessionDuration?: number;
}

/** What a trust policy can refer to of `aws.issuer`. */
export interface IssuerFacts {
  readonly url: string;
  readonly audience: string;
}

/** A role with checked options. */
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

/** Reads one role. Adds a sentence to `problems` for each invalid option. The local AWS has the partition `aws` only. */
export function readRole(arn: string, options: RoleOptions, issuer: IssuerFacts, problems: string[]): Role | undefined {
  const path = `roles['${arn}']`;
  const [, account, name] = ROLE_ARN.exec(arn) ?? [];
  if (account === undefined || name === undefined) {
    problems.push(`\`${path}\` is not the ARN of a role in the partition \`aws\``);
    return undefined;
  }
  if (typeof options !== 'object' || options === null) {
    problems.push(`\`${path}\` must be an object with a \`policy\``);
    return undefined;
  }
  const { policy, trust: trustOption, maxSessionDuration = 3600, ...unknown } = options;
  for (const key of Object.keys(unknown)) problems.push(`\`${path}.${key}\` is not an option; use policy, trust, maxSessionDuration`);
  if (!Number.isInteger(maxSessionDuration) || maxSessionDuration < 3600 || maxSessionDuration > 43_200) {
    problems.push(`\`${path}.maxSessionDuration\` must be an integer from 3600 to 43200 (seconds)`);
  }
  const policies = isList(policy) ? policy : [policy];
  for (const document of policies) for (const problem of checkPolicy(document)) problems.push(`\`${path}.policy\`: ${problem}`);
  const providerArn = `arn:aws:iam::${account}:oidc-provider/${providerName(issuer.url)}`;
  const trust = typeof trustOption === 'function' ? trustOption({ ...issuer, providerArn }) : trustOption;
  if (trust) for (const problem of checkTrust(trust)) problems.push(`\`${path}.trust\`: ${problem}`);
  // A copy: a later change to the caller's object must not change permissions.
  const own = structuredClone({ policies, ...(trust && { trust }) });
  return { arn, account, name, id: uniqueId('AROA', arn), maxSessionDuration, ...own };
}

/** An AWS unique identifier. It is derived from the ARN, so that it is the same in every run. */
export function uniqueId(prefix: 'AROA' | 'AIDA', arn: string): string {
  return prefix + createHash('sha256').update(arn).digest('hex').slice(0, 17).toUpperCase();
}

function checkTrust(trust: TrustPolicy): string[] {
  const problems: string[] = [];
  for (const statement of listOf(trust.Statement)) {
    problems.push(...principalFaults(statement));
    if ('Resource' in statement || 'NotResource' in statement) problems.push('a trust policy cannot have `Resource` or `NotResource`');
  }
  return [...problems, ...checkPolicy(asIdentityPolicy(trust, () => true))];
}
