import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { formatIsoSeconds } from '../amz-date.ts';
import { AwsError, type Operation, type VerifiedRequest } from '../services/service.ts';
import { element } from '../xml.ts';
import { stsAnswer } from './answer.ts';
import { credentialsElement, type Grant, issue } from './credentials.ts';
import type { Form } from './form.ts';
import { LIMITS, optional, packedPercent, parseDuration, required } from './limits.ts';
import type { StsGround } from './row.ts';
import { parseSessionPolicy } from './session-policy.ts';
import { trusts } from './trust.ts';

/**
 * AssumeRole: the caller's policies and the role's trust policy must both agree.
 *
 * @see AWS STS API Reference, "AssumeRole"
 */
export function assumeRole(request: VerifiedRequest, form: Form, ground: StsGround): Operation {
  const principal = ground.sessions.find(request.caller.accessKeyId);
  if (!principal) throw new AwsError('InvalidClientTokenId', 403, 'The security token included in the request is invalid.');
  const roleArn = required('roleArn', form.get('RoleArn'), LIMITS.roleArn);
  const name = required('roleSessionName', form.get('RoleSessionName'), LIMITS.roleSessionName);
  const policyText = optional('policy', form.get('Policy'), LIMITS.policy);
  const policy = policyText === undefined ? undefined : parseSessionPolicy(policyText);
  const percent = packedPercent([policyText ?? '']);
  const role = ground.roles.get(roleArn);
  const chained = principal.session !== undefined;
  // An unknown role's limit is not known either: who asks for it is told "denied", like on AWS.
  const seconds = parseDuration(form.get('DurationSeconds'), { roleMax: role?.maxSessionDuration ?? Number.POSITIVE_INFINITY, chained });

  const ask: IamRequest = { action: 'sts:AssumeRole', resource: roleArn, context: { 'sts:RoleSessionName': name } };
  return {
    name: 'AssumeRole',
    authorize: [ask],
    agrees() {
      if (!role) return false;
      if (!role.trust) return principal.arn === ground.baseArn;
      return trusts(role.trust, principal, { ...ask, context: { ...principal.context, ...ask.context } });
    },
    execute() {
      if (!role) throw new AwsError('AccessDenied', 403, 'Access Denied');
      const grant: Grant = { role, name, seconds: request.expiresInSeconds ?? seconds, ...(policy && { policy }) };
      const session = issue(grant, ground);
      const expiration = formatIsoSeconds(request.now.getTime() + grant.seconds * 1000);
      const user = element('AssumedRoleId', session.userId) + element('Arn', session.arn);
      return stsAnswer(
        'AssumeRole',
        `<AssumedRoleUser>${user}</AssumedRoleUser>${credentialsElement(session.keys, expiration)}` +
          element('PackedPolicySize', percent) +
          element('SessionTokenUtilization', percent) +
          element('SessionTokenSize', session.keys.sessionToken?.length ?? 0),
        request.requestId,
      );
    },
  };
}
