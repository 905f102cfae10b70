import { isObject } from '@tenant-aws/policy/json';
import { AwsError, type Operation, type VerifiedRequest } from '../services/service.ts';
import { element } from '../xml.ts';
import { stsAnswer } from './answer.ts';
import { assumedRole, issue, tokenUse } from './credentials.ts';
import type { Form } from './form.ts';
import { verifyWebIdentity, type WebIdentity } from './identity-provider.ts';
import { LIMITS, parseDuration, required } from './limits.ts';
import type { StsGround } from './row.ts';
import { assumptionRights, packedPercentOf, readSessionRequest } from './session-request.ts';
import { type SessionTags, sessionTags } from './session-tags.ts';
import { trustsProvider } from './trust.ts';

const TAGS_CLAIM = 'https://aws.amazon.com/tags';
const SOURCE_IDENTITY_CLAIM = 'https://aws.amazon.com/source_identity';

/**
 * AssumeRoleWithWebIdentity: unsigned; the token of a provider that the role trusts is the proof.
 *
 * @see AWS STS API Reference, "AssumeRoleWithWebIdentity"
 */
export async function assumeRoleWithWebIdentity(request: VerifiedRequest, form: Form, ground: StsGround): Promise<Operation> {
  const wanted = readSessionRequest(form);
  const token = required('webIdentityToken', form.get('WebIdentityToken'), LIMITS.webIdentityToken);
  const identity = await verifyWebIdentity(token, ground.providers, ground.clock());
  const tags = readTagsClaim(identity);
  const sourceIdentity = readSourceIdentityClaim(identity);
  const percent = packedPercentOf(wanted.policyText, tags);
  const role = ground.roles.get(wanted.roleArn);
  const seconds = parseDuration(form.get('DurationSeconds'), {
    roleMax: role?.maxSessionDuration ?? Number.POSITIVE_INFINITY,
    chained: false,
  });
  const providerArn = `arn:aws:iam::${role?.account ?? ''}:oidc-provider/${identity.provider}`;
  const context = {
    'aws:FederatedProvider': providerArn,
    [`${identity.provider}:aud`]: identity.audience,
    [`${identity.provider}:sub`]: identity.subject,
  };
  const rights = assumptionRights('sts:AssumeRoleWithWebIdentity', wanted, role, {
    tags,
    context,
    ...(sourceIdentity !== undefined && { sourceIdentity }),
  });
  return {
    name: 'AssumeRoleWithWebIdentity',
    // The caller has no policies of its own: the role's trust alone decides.
    authorize: [],
    agrees() {
      const trust = role?.trust;
      if (!trust) return false;
      return rights.every((right) =>
        trustsProvider(trust, providerArn, { ...right, context: { ...request.caller.context, ...right.context } }),
      );
    },
    execute() {
      if (!role) throw new AwsError('AccessDenied', 403, 'Not authorized to perform sts:AssumeRoleWithWebIdentity');
      const lived = request.expiresInSeconds ?? seconds;
      const { all, transitive } = tags;
      const carried = { tags: all, transitiveTagKeys: transitive, ...(sourceIdentity !== undefined && { sourceIdentity }) };
      const session = issue({ role, ...wanted, seconds: lived, ...carried, context }, ground);
      const result =
        assumedRole(session, request.now.getTime() + lived * 1000) +
        element('SubjectFromWebIdentityToken', identity.subject) +
        element('Provider', providerArn) +
        element('Audience', identity.audience) +
        element('PackedPolicySize', percent) +
        tokenUse(percent, session.keys) +
        (sourceIdentity === undefined ? '' : element('SourceIdentity', sourceIdentity));
      return stsAnswer('AssumeRoleWithWebIdentity', result, request.requestId);
    },
  };
}

/** `{ principal_tags: { tenant: ['acme'] }, transitive_tag_keys: ['tenant'] }` */
function readTagsClaim({ claims }: WebIdentity): SessionTags {
  const claim: unknown = claims[TAGS_CLAIM];
  if (claim === undefined) return sessionTags([], [], undefined);
  if (!isObject(claim)) throw malformed(TAGS_CLAIM);
  const { principal_tags: principalTags = {}, transitive_tag_keys: transitiveKeys = [], ...unknown } = claim;
  if (!isObject(principalTags) || !isStrings(transitiveKeys) || Object.keys(unknown).length > 0) throw malformed(TAGS_CLAIM);
  const pairs = Object.entries(principalTags).map(([key, value]) => {
    const [only, ...more] = isStrings(value) ? value : [];
    if (only === undefined || more.length > 0) throw malformed(TAGS_CLAIM);
    return [key, only] as const;
  });
  return sessionTags(pairs, transitiveKeys, undefined);
}

function readSourceIdentityClaim({ claims }: WebIdentity): string | undefined {
  const claim: unknown = claims[SOURCE_IDENTITY_CLAIM];
  if (claim === undefined) return undefined;
  if (typeof claim !== 'string') throw malformed(SOURCE_IDENTITY_CLAIM);
  return required('sourceIdentity', claim, LIMITS.sourceIdentity);
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function malformed(claim: string): AwsError {
  return new AwsError('InvalidIdentityToken', 400, `The claim ${claim} is not well-formed.`);
}
