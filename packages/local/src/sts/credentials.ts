import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { formatIsoSeconds } from '../amz-date.ts';
import { type Keys, type Principal, sessionKeys } from '../sessions.ts';
import { element } from '../xml.ts';
import type { PolicyDocument, Role } from './roles.ts';
import type { StsGround } from './row.ts';

/** What was decided to be granted. */
export interface Grant {
  readonly role: Role;
  /** The role session name. */
  readonly name: string;
  readonly seconds: number;
  readonly policy?: PolicyDocument;
  readonly tags: ReadonlyMap<string, string>;
  readonly transitiveTagKeys: ReadonlySet<string>;
  readonly sourceIdentity?: string;
  readonly minimumTokenSize: number;
  /** Further condition keys of the session, as of the provider that it came from. */
  readonly context?: IamRequest['context'];
}

/** Issues a session of a role, and remembers it. */
export function issue(grant: Grant, { sessions, clock }: Pick<StsGround, 'sessions' | 'clock'>): Principal {
  const { role, name, seconds, policy, tags, transitiveTagKeys, sourceIdentity } = grant;
  const now = clock();
  const userId = `${role.id}:${name}`;
  const principal: Principal = {
    keys: sessionKeys(grant.minimumTokenSize),
    account: role.account,
    arn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/${name}`,
    userId,
    layers: [{ role: role.policies, ...(policy && { session: policy }) }],
    context: {
      ...grant.context,
      'aws:PrincipalArn': role.arn,
      'aws:PrincipalAccount': role.account,
      'aws:PrincipalType': 'AssumedRole',
      'aws:userid': userId,
      'aws:TokenIssueTime': formatIsoSeconds(now),
      'aws:MultiFactorAuthPresent': 'false',
      ...Object.fromEntries([...tags].map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
      ...(sourceIdentity !== undefined && { 'aws:SourceIdentity': sourceIdentity }),
    },
    session: {
      roleArn: role.arn,
      name,
      expiresAt: now + seconds * 1000,
      tags,
      transitiveTagKeys,
      ...(sourceIdentity !== undefined && { sourceIdentity }),
    },
  };
  sessions.add(principal);
  return principal;
}

/** `<AssumedRoleUser>` and `<Credentials>` as STS writes them. `expiration` is by the clock that STS shows. */
export function assumedRole({ userId, arn, keys }: Principal, expiration: number): string {
  return `<AssumedRoleUser>${element('AssumedRoleId', userId)}${element('Arn', arn)}</AssumedRoleUser>${credentials(keys, expiration)}`;
}

/** `<Credentials>` */
export function credentials(keys: Keys, expiration: number): string {
  const { accessKeyId, secretAccessKey, sessionToken = '' } = keys;
  const secret = element('SecretAccessKey', secretAccessKey) + element('SessionToken', sessionToken);
  return `<Credentials>${element('AccessKeyId', accessKeyId)}${secret}${element('Expiration', formatIsoSeconds(expiration))}</Credentials>`;
}

/** How much of a token's room is used. `PackedPolicySize` is what it was called before. */
export function tokenUse(percent: number, keys: Keys): string {
  return element('SessionTokenUtilization', percent) + element('SessionTokenSize', keys.sessionToken?.length ?? 0);
}
