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
}

/** Issues a session of a role, and remembers it. */
export function issue({ role, name, seconds, policy }: Grant, { sessions, clock }: Pick<StsGround, 'sessions' | 'clock'>): Principal {
  const now = clock();
  const userId = `${role.id}:${name}`;
  const principal: Principal = {
    keys: sessionKeys(),
    account: role.account,
    arn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/${name}`,
    userId,
    layers: [{ role: role.policies, ...(policy && { session: policy }) }],
    context: {
      'aws:PrincipalArn': role.arn,
      'aws:PrincipalAccount': role.account,
      'aws:PrincipalType': 'AssumedRole',
      'aws:userid': userId,
      'aws:TokenIssueTime': formatIsoSeconds(now),
      'aws:MultiFactorAuthPresent': 'false',
    },
    session: { roleArn: role.arn, name, issuedAt: now, expiresAt: now + seconds * 1000 },
  };
  sessions.add(principal);
  return principal;
}

/** `<Credentials>` as STS writes them. */
export function credentialsElement(keys: Keys, expiration: string): string {
  return `<Credentials>${element('AccessKeyId', keys.accessKeyId)}${element('SecretAccessKey', keys.secretAccessKey)}${element('SessionToken', keys.sessionToken ?? '')}${element('Expiration', expiration)}</Credentials>`;
}
