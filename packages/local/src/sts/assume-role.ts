import { AwsError, type Operation, type VerifiedRequest } from '../services/service.ts';
import type { Principal } from '../sessions.ts';
import { element } from '../xml.ts';
import { stsAnswer } from './answer.ts';
import { callerOf } from './caller.ts';
import { assumedRole, issue, tokenUse } from './credentials.ts';
import type { Form } from './form.ts';
import { LIMITS, optional, parseDuration } from './limits.ts';
import type { StsGround } from './row.ts';
import { assumptionRights, packedPercentOf, readSessionRequest } from './session-request.ts';
import { readTags } from './session-tags.ts';
import { trusts } from './trust.ts';

/**
 * AssumeRole: the caller's policies and the role's trust policy must both agree to everything that is asked for.
 *
 * @see AWS STS API Reference, "AssumeRole"
 */
export function assumeRole(request: VerifiedRequest, form: Form, ground: StsGround): Operation {
  const principal = callerOf(request, ground.sessions);
  const wanted = readSessionRequest(form);
  const tags = readTags(form, principal.session);
  const sourceIdentity = readSourceIdentity(form, principal);
  const externalId = optional('externalId', form.get('ExternalId'), LIMITS.externalId);
  const percent = packedPercentOf(wanted.policyText, tags);
  const role = ground.roles.get(wanted.roleArn);
  // An unknown role's limit is not known either: who asks for it is told "denied", like on AWS.
  const roleMax = role?.maxSessionDuration ?? Number.POSITIVE_INFINITY;
  const seconds = parseDuration(form.get('DurationSeconds'), { roleMax, chained: principal.session !== undefined });
  const rights = assumptionRights('sts:AssumeRole', wanted, role, {
    tags,
    ...(sourceIdentity !== undefined && { sourceIdentity }),
    ...(externalId !== undefined && { context: { 'sts:ExternalId': externalId } }),
  });
  return {
    name: 'AssumeRole',
    authorize: rights,
    agrees() {
      if (!role) return false;
      const { trust } = role;
      if (!trust) return principal.arn === ground.baseArn;
      return rights.every((right) => trusts(trust, principal, { ...right, context: { ...request.caller.context, ...right.context } }));
    },
    execute() {
      if (!role) throw new AwsError('AccessDenied', 403, 'Access Denied');
      const lived = request.expiresInSeconds ?? seconds;
      const { all, transitive } = tags;
      const carried = { tags: all, transitiveTagKeys: transitive, ...(sourceIdentity !== undefined && { sourceIdentity }) };
      const session = issue({ role, ...wanted, seconds: lived, ...carried }, ground);
      const result =
        assumedRole(session, request.now.getTime() + lived * 1000) +
        element('PackedPolicySize', percent) +
        tokenUse(percent, session.keys) +
        (sourceIdentity === undefined ? '' : element('SourceIdentity', sourceIdentity));
      return stsAnswer('AssumeRole', result, request.requestId);
    },
  };
}

/** Once set, a source identity stays: it may be repeated, and not replaced. */
function readSourceIdentity(form: Form, { session }: Principal): string | undefined {
  const asked = optional('sourceIdentity', form.get('SourceIdentity'), LIMITS.sourceIdentity);
  const kept = session?.sourceIdentity;
  if (kept !== undefined && asked !== undefined && asked !== kept) {
    throw new AwsError('AccessDenied', 403, 'The source identity of the calling session cannot be changed.');
  }
  return kept ?? asked;
}
