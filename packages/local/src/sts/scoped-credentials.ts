import type { Form } from '../query-protocol.ts';
import { AwsError, type Operation, type VerifiedRequest } from '../services/service.ts';
import { type Principal, sessionKeys } from '../sessions.ts';
import { element } from '../xml.ts';
import { callerOf } from './caller-identity.ts';
import { integer, LIMITS, optional, packedPercent } from './limits.ts';
import type { StsContext } from './operation.ts';
import { sessionXml, stsResponse } from './response.ts';
import { readMinimumTokenSize, readPolicy } from './session-request.ts';

const MAX_SECONDS = 129_600;
const MAX_POLICIES = 3;

/**
 * GetScopedCredentials: new keys of the calling session, with fewer permissions, a shorter lifetime, or both.
 *
 * @see AWS STS API Reference, "GetScopedCredentials"
 */
export function getScopedCredentials(request: VerifiedRequest, form: Form, { sessions, clock }: StsContext): Operation {
  const principal = callerOf(request, sessions);
  const { session } = principal;
  if (!session) {
    throw new AwsError(
      'InvalidSubjectCredentialsException',
      400,
      'GetScopedCredentials can only be called with temporary security credentials.',
    );
  }
  const { policy, policyText } = readPolicy(form);
  const duration = form.get('DurationSeconds');
  const seconds = duration === undefined ? undefined : integer('durationSeconds', duration, { min: 1, max: MAX_SECONDS });
  const minimumTokenSize = readMinimumTokenSize(form);
  if (policy === undefined && seconds === undefined)
    throw new AwsError('ValidationError', 400, 'At least one of Policy and DurationSeconds is required.');
  optional('scopedSessionDescription', form.get('ScopedSessionDescription'), LIMITS.scopedSessionDescription);
  const remainingMs = session.expiresAt - clock();
  if (seconds !== undefined && seconds * 1000 > remainingMs) {
    throw new AwsError(
      'InsufficientSessionLifetimeException',
      400,
      'The remaining lifetime of the calling session is shorter than the requested DurationSeconds.',
    );
  }
  // The first layer is the role's own.
  const policies = principal.layers.length - 1 + (policy ? 1 : 0);
  if (policies > MAX_POLICIES) throw new AwsError('AccessDenied', 403, `A session can have at most ${MAX_POLICIES} scope down policies.`);
  const percent = packedPercent([policyText]);
  return {
    name: 'GetScopedCredentials',
    authorize: [{ action: 'sts:GetScopedCredentials', resource: '*', context: {} }],
    execute() {
      const lifetimeSeconds = request.expiresInSeconds ?? seconds;
      const lifetimeMs = Math.min(lifetimeSeconds === undefined ? remainingMs : lifetimeSeconds * 1000, remainingMs);
      const scoped: Principal = {
        ...principal,
        keys: sessionKeys(minimumTokenSize),
        layers: policy ? [...principal.layers, { role: [policy] }] : principal.layers,
        session: { ...session, expiresAt: clock() + lifetimeMs },
      };
      sessions.add(scoped);
      const result =
        sessionXml(scoped, request.now.getTime() + lifetimeMs, percent) +
        `<SessionInfo>${element('ScopedSessionId', principal.userId)}${element('Arn', principal.arn)}</SessionInfo>` +
        element('ScopedPoliciesCount', policies);
      return stsResponse('GetScopedCredentials', result, request.requestId);
    },
  };
}
