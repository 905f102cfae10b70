import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { checkPolicy } from '@tenant-aws/prover/evaluator';
import type { Clock } from './services/service.ts';
import { type PolicyDocument, parseRoleArn, type Role, type RoleOptions, uniqueId } from './sts/roles.ts';
import { asIdentityPolicy, trustStatements } from './sts/trust.ts';

/** What a local AWS starts with. */
export interface LocalAwsOptions {
  /** By ARN: `arn:aws:iam::000000000000:role/TenantAccess`. The first one's account owns all buckets and tables. */
  readonly roles: Readonly<Record<string, RoleOptions>>;
  /** Buckets that exist from the start. */
  readonly buckets?: readonly string[];
  /** Tables that exist from the start: each the input of CreateTable. */
  readonly tables?: readonly CreateTableCommandInput[];
  /** Default `us-east-1`. A request that is signed for another region is refused. */
  readonly region?: string;
  /** Default: any that is free. */
  readonly port?: number;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly clock?: Clock;
}

/** The options, checked. */
export interface ReadOptions extends Required<Omit<LocalAwsOptions, 'roles'>> {
  readonly account: string;
  readonly roles: ReadonlyMap<string, Role>;
}

const KNOWN: ReadonlySet<string> = new Set(['roles', 'buckets', 'tables', 'region', 'port', 'clock']);
const KNOWN_OF_ROLE: ReadonlySet<string> = new Set(['policy', 'trust', 'maxSessionDuration']);
const DEFAULT_ACCOUNT = '000000000000';

/**
 * Reads the options.
 *
 * @throws TypeError naming everything that is wrong: a typo in a policy must not become a role that may do more, or less
 */
export function readOptions(options: LocalAwsOptions): ReadOptions {
  const { roles: given, buckets = [], tables = [], region = 'us-east-1', port = 0, clock = Date.now } = options;
  const faults = Object.keys(options)
    .filter((name) => !KNOWN.has(name))
    .map((name) => `\`${name}\` is not an option`);
  if (!/^[a-z]{2,4}(?:-[a-z]+)+-\d$/.test(region)) faults.push('`region` is not a region');
  if (!Number.isInteger(port) || port < 0 || port > 65_535) faults.push('`port` is not a port');
  const roles = new Map<string, Role>();
  for (const [arn, role] of Object.entries(given)) {
    const read = readRole(arn, role, faults);
    if (read) roles.set(arn, read);
  }
  if (faults.length > 0) throw new TypeError(`the options of startLocalAws are wrong: ${faults.join('; ')}`);
  const [first] = roles.values();
  return { roles, buckets, tables, region, port, clock, account: first?.account ?? DEFAULT_ACCOUNT };
}

function readRole(arn: string, { policy, trust, maxSessionDuration = 3600, ...unknown }: RoleOptions, faults: string[]): Role | undefined {
  const path = `roles['${arn}']`;
  const parsed = parseRoleArn(arn);
  if (!parsed) {
    faults.push(`\`${path}\` is not the ARN of a role in the partition aws`);
    return undefined;
  }
  for (const name of Object.keys(unknown)) if (!KNOWN_OF_ROLE.has(name)) faults.push(`\`${path}.${name}\` is not an option`);
  if (!Number.isInteger(maxSessionDuration) || maxSessionDuration < 3600 || maxSessionDuration > 43_200) {
    faults.push(`\`${path}.maxSessionDuration\` is not between 3600 and 43200 seconds`);
  }
  const policies = isMany(policy) ? policy : [policy];
  for (const document of policies) for (const fault of checkPolicy(document)) faults.push(`\`${path}.policy\`: ${fault}`);
  if (trust) {
    for (const statement of trustStatements(trust)) {
      if (statement.Principal === undefined) faults.push(`\`${path}.trust\`: a statement has no Principal`);
    }
    const document = asIdentityPolicy(trust, () => true);
    for (const fault of checkPolicy(document)) faults.push(`\`${path}.trust\`: ${fault}`);
  }
  // Copies: what the caller changes later must not change who may do what.
  const own = structuredClone({ policies, ...(trust && { trust }) });
  return { arn, ...parsed, id: uniqueId('AROA', arn), maxSessionDuration, ...own };
}

function isMany(policy: RoleOptions['policy']): policy is readonly PolicyDocument[] {
  return Array.isArray(policy);
}
