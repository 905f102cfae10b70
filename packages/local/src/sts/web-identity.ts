import { isObject } from '@tenant-aws/policy/json';
import type { Form } from '../query-protocol.ts';
import { AwsError, type Operation, type VerifiedRequest } from '../services/service.ts';
import { element } from '../xml.ts';
import { verifyWebIdentity, type WebIdentity } from './identity-provider.ts';
import { issueSession } from './issue-session.ts';
import { LIMITS, parseDuration, required } from './limits.ts';
import type { StsContext } from './operation.ts';
import { assumedRoleXml, stsResponse } from './response.ts';
import { packedPercentOf, readSessionRequest, requiredPermissions } from './session-request.ts';
import { type SessionTags, sessionTags } from './session-tags.ts';
import { trustsProvider } from './trust.ts';

const TAGS_CLAIM = 'https://aws.amazon.com/tags';
const SOURCE_IDENTITY_CLAIM = 'https://aws.amazon.com/source_identity';

/**
 * AssumeRoleWithWebIdentity: the request is unsigned. It contains a token of an identity provider that the role trusts.
 *
 * @see AWS STS API Reference, "AssumeRoleWithWebIdentity"
 */
export async function assumeRoleWithWebIdentity(request: VerifiedRequest, form: Form, context: StsContext): Promise<Operation> {
  const sessionRequest = readSessionRequest(form);
  const token = required('webIdentityToken', form.get('WebIdentityToken'), LIMITS.webIdentityToken);
  const identity = await verifyWebIdentity(token, context.providers, context.clock());
  const tags = readTagsClaim(identity);
  const sourceIdentity = readSourceIdentityClaim(identity);
  const packedPercent = packedPercentOf(sessionRequest.policyText, tags);
  const role = context.roles.get(sessionRequest.roleArn);
  const seconds = parseDuration(form.get('DurationSeconds'), role);
  const providerArn = `arn:aws:iam::${role?.account ?? ''}:oidc-provider/${identity.provider}`;
  const carried = {
    tags,
    context: {
      'aws:FederatedProvider': providerArn,
      [`${identity.provider}:aud`]: identity.audience,
      [`${identity.provider}:sub`]: identity.subject,
    },
    ...(sourceIdentity !== undefined && { sourceIdentity }),
  };
  const permissions = requiredPermissions('sts:AssumeRoleWithWebIdentity', sessionRequest, role, carried);
  return {
    name: 'AssumeRoleWithWebIdentity',
    // The caller has no policies. Only the role's trust policy decides.
    authorize: [],
    agrees() {
      const trust = role?.trust;
      if (!trust) return false;
      return permissions.every((each) =>
        trustsProvider(trust, providerArn, { ...each, context: { ...request.caller.context, ...each.context } }),
      );
    },
    execute() {
      if (!role) throw new AwsError('AccessDenied', 403, 'Not authorized to perform sts:AssumeRoleWithWebIdentity');
      const lifetime = request.expiresInSeconds ?? seconds;
      const session = issueSession({ role, ...sessionRequest, ...carried, seconds: lifetime }, context);
      const result =
        assumedRoleXml(session, request.now.getTime() + lifetime * 1000, packedPercent) +
        element('SubjectFromWebIdentityToken', identity.subject) +
        element('Provider', providerArn) +
        element('Audience', identity.audience);
      return stsResponse('AssumeRoleWithWebIdentity', result, request.requestId);
    },
  };
}

/** Reads the session tags of a token: `{ principal_tags: { tenant: ['acme'] }, transitive_tag_keys: ['tenant'] }`. */
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
