import { AwsError, type Operation, type VerifiedRequest } from '../services/service.ts';
import type { Principal } from '../sessions.ts';
import { sessionKeys } from '../sessions.ts';
import { strictInteger } from '../strict.ts';
import { element } from '../xml.ts';
import { stsAnswer } from './answer.ts';
import { callerOf } from './caller.ts';
import { credentials, tokenUse } from './credentials.ts';
import type { Form } from './form.ts';
import { packedPercent, validationError } from './limits.ts';
import type { StsGround } from './row.ts';
import { readMinimumTokenSize, readPolicy } from './session-request.ts';

const MAX_SECONDS = 129_600;
const MAX_LAYERS = 3;
const MAX_DESCRIPTION = 256;

/**
 * GetScopedCredentials: new keys of the same session that may do less, or live shorter, or both. Never more, never longer.
 *
 * @see AWS STS API Reference, "GetScopedCredentials"
 */
export function getScopedCredentials(request: VerifiedRequest, form: Form, { sessions, clock }: StsGround): Operation {
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
  const seconds = readSeconds(form);
  const minimumTokenSize = readMinimumTokenSize(form);
  if (policy === undefined && seconds === undefined)
    throw new AwsError('ValidationError', 400, 'At least one of Policy and DurationSeconds is required.');
  if ((form.get('ScopedSessionDescription') ?? '').length > MAX_DESCRIPTION) {
    throw validationError('scopedSessionDescription', `Member must have length less than or equal to ${MAX_DESCRIPTION}`);
  }
  const left = session.expiresAt - clock();
  if (seconds !== undefined && seconds * 1000 > left) {
    throw new AwsError(
      'InsufficientSessionLifetimeException',
      400,
      'The calling session does not live as long as the requested DurationSeconds.',
    );
  }
  // The first layer is the role's own.
  const scopes = principal.layers.length - 1 + (policy ? 1 : 0);
  if (scopes > MAX_LAYERS) throw new AwsError('AccessDenied', 403, `A session can have at most ${MAX_LAYERS} scope down policies.`);
  const percent = packedPercent([policyText]);
  return {
    name: 'GetScopedCredentials',
    authorize: [{ action: 'sts:GetScopedCredentials', resource: '*', context: {} }],
    execute() {
      const asked = request.expiresInSeconds ?? seconds;
      const lived = Math.min(asked === undefined ? left : asked * 1000, left);
      const scoped: Principal = {
        ...principal,
        keys: sessionKeys(minimumTokenSize),
        layers: policy ? [...principal.layers, { role: [policy] }] : principal.layers,
        session: { ...session, expiresAt: clock() + lived },
      };
      sessions.add(scoped);
      const result =
        credentials(scoped.keys, request.now.getTime() + lived) +
        `<SessionInfo>${element('ScopedSessionId', principal.userId)}${element('Arn', principal.arn)}</SessionInfo>` +
        tokenUse(percent, scoped.keys) +
        element('ScopedPoliciesCount', scopes) +
        (session.sourceIdentity === undefined ? '' : element('SourceIdentity', session.sourceIdentity));
      return stsAnswer('GetScopedCredentials', result, request.requestId);
    },
  };
}

function readSeconds(form: Form): number | undefined {
  const text = form.get('DurationSeconds');
  if (text === undefined) return undefined;
  const seconds = strictInteger(text, { min: 1, max: MAX_SECONDS });
  if (seconds === undefined) throw validationError('durationSeconds', `Member must have value between 1 and ${MAX_SECONDS}`);
  return seconds;
}
