import type { Form } from '../query-protocol.ts';
import { AwsError, type Operation, type VerifiedRequest } from '../services/service.ts';
import type { Principal } from '../sessions.ts';
import { callerOf } from './caller-identity.ts';
import { issueSession } from './issue-session.ts';
import { LIMITS, optional, parseDuration } from './limits.ts';
import type { StsContext } from './operation.ts';
import { assumedRoleXml, stsResponse } from './response.ts';
import { packedPercentOf, readSessionRequest, requiredPermissions } from './session-request.ts';
import { readTags } from './session-tags.ts';
import { trusts } from './trust.ts';

/**
 * AssumeRole: both the caller's policies and the role's trust policy must allow every action that the request requires.
 *
 * @see AWS STS API Reference, "AssumeRole"
 */
export function assumeRole(request: VerifiedRequest, form: Form, context: StsContext): Operation {
  const principal = callerOf(request, context.sessions);
  const sessionRequest = readSessionRequest(form);
  const tags = readTags(form, principal.session);
  const sourceIdentity = readSourceIdentity(form, principal);
  const externalId = optional('externalId', form.get('ExternalId'), LIMITS.externalId);
  const packedPercent = packedPercentOf(sessionRequest.policyText, tags);
  const role = context.roles.get(sessionRequest.roleArn);
  const seconds = parseDuration(form.get('DurationSeconds'), role, principal.session);
  const carried = { tags, ...(sourceIdentity !== undefined && { sourceIdentity }) };
  const permissions = requiredPermissions('sts:AssumeRole', sessionRequest, role, {
    ...carried,
    ...(externalId !== undefined && { context: { 'sts:ExternalId': externalId } }),
  });
  return {
    name: 'AssumeRole',
    authorize: permissions,
    agrees() {
      if (!role) return false;
      const { trust } = role;
      if (!trust) return principal.arn === context.baseArn;
      return permissions.every((each) => trusts(trust, principal, { ...each, context: { ...request.caller.context, ...each.context } }));
    },
    execute() {
      if (!role) throw new AwsError('AccessDenied', 403, 'Access Denied');
      const lifetime = request.expiresInSeconds ?? seconds;
      const session = issueSession({ role, ...sessionRequest, ...carried, seconds: lifetime }, context);
      return stsResponse('AssumeRole', assumedRoleXml(session, request.now.getTime() + lifetime * 1000, packedPercent), request.requestId);
    },
  };
}

/** A source identity cannot be changed in a chain of roles. A request may repeat it. */
function readSourceIdentity(form: Form, { session }: Principal): string | undefined {
  const requested = optional('sourceIdentity', form.get('SourceIdentity'), LIMITS.sourceIdentity);
  const inherited = session?.sourceIdentity;
  if (inherited !== undefined && requested !== undefined && requested !== inherited) {
    throw new AwsError('AccessDenied', 403, 'The source identity of the calling session cannot be changed.');
  }
  return inherited ?? requested;
}
