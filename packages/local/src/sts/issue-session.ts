import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { formatIsoSeconds } from '../amz-date.ts';
import { type Principal, sessionKeys } from '../sessions.ts';
import type { StsContext } from './operation.ts';
import type { Role } from './roles.ts';
import type { SessionRequest } from './session-request.ts';
import type { SessionTags } from './session-tags.ts';

/** A session to issue. Its request is checked and allowed. */
export interface Grant extends Pick<SessionRequest, 'name' | 'policy' | 'minimumTokenSize'> {
  readonly role: Role;
  readonly seconds: number;
  readonly tags: SessionTags;
  readonly sourceIdentity?: string;
  /** Further condition keys of the session, such as those of its identity provider. */
  readonly context?: IamRequest['context'];
}

/** Issues a session of a role, and stores it. */
export function issueSession(grant: Grant, { sessions, clock }: Pick<StsContext, 'sessions' | 'clock'>): Principal {
  const { role, name, seconds, policy, tags, sourceIdentity } = grant;
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
      ...Object.fromEntries([...tags.all].map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
      ...(sourceIdentity !== undefined && { 'aws:SourceIdentity': sourceIdentity }),
    },
    session: {
      roleArn: role.arn,
      name,
      expiresAt: now + seconds * 1000,
      tags: tags.all,
      transitiveTagKeys: tags.transitive,
      ...(sourceIdentity !== undefined && { sourceIdentity }),
    },
  };
  sessions.add(principal);
  return principal;
}
