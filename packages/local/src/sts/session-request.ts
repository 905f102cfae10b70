import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { strictInteger } from '../strict.ts';
import type { Form } from './form.ts';
import { LIMITS, optional, packedPercent, required, validationError } from './limits.ts';
import type { PolicyDocument, Role } from './roles.ts';
import { parseSessionPolicy } from './session-policy.ts';
import type { SessionTags } from './session-tags.ts';

/** What every way to assume a role takes, read and checked. */
export interface SessionRequest {
  readonly roleArn: string;
  readonly name: string;
  readonly policy?: PolicyDocument;
  /** The session policy as it was sent. */
  readonly policyText: string;
  readonly minimumTokenSize: number;
}

const MAX_MINIMUM_TOKEN_SIZE = 4096;

/** Reads the parameters that AssumeRole and AssumeRoleWithWebIdentity share. */
export function readSessionRequest(form: Form): SessionRequest {
  const roleArn = required('roleArn', form.get('RoleArn'), LIMITS.roleArn);
  const name = required('roleSessionName', form.get('RoleSessionName'), LIMITS.roleSessionName);
  return { roleArn, name, ...readPolicy(form), minimumTokenSize: readMinimumTokenSize(form) };
}

/** Reads `Policy`, which is always optional. */
export function readPolicy(form: Form): Pick<SessionRequest, 'policy' | 'policyText'> {
  const policyText = optional('policy', form.get('Policy'), LIMITS.policy);
  return policyText === undefined ? { policyText: '' } : { policyText, policy: parseSessionPolicy(policyText) };
}

/** Reads `MinimumSessionTokenSize`: a token is padded to it, so that load tests may see how large tokens fare. */
export function readMinimumTokenSize(form: Form): number {
  const size = strictInteger(form.get('MinimumSessionTokenSize') ?? '0', { min: 0, max: MAX_MINIMUM_TOKEN_SIZE });
  if (size === undefined)
    throw validationError('minimumSessionTokenSize', `Member must have value between 0 and ${MAX_MINIMUM_TOKEN_SIZE}`);
  return size;
}

/** The share of the packed size that a session's policy and tags take. */
export function packedPercentOf(policyText: string, tags: SessionTags): number {
  return packedPercent([policyText, ...[...tags.all].flat()]);
}

/** What is asked for when a role is assumed: one action for the assumption, one more for each thing that it carries. */
export function assumptionRights(
  action: 'sts:AssumeRole' | 'sts:AssumeRoleWithWebIdentity',
  { roleArn, name }: SessionRequest,
  role: Role | undefined,
  carried: { readonly tags: SessionTags; readonly sourceIdentity?: string; readonly context?: IamRequest['context'] },
): readonly [IamRequest, ...IamRequest[]] {
  const { tags, sourceIdentity } = carried;
  const context = {
    'sts:RoleSessionName': name,
    ...(role && { 'aws:ResourceAccount': role.account }),
    ...Object.fromEntries([...tags.requested].map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    ...(tags.requested.size > 0 && { 'aws:TagKeys': [...tags.requested.keys()] }),
    ...(tags.transitive.size > 0 && { 'sts:TransitiveTagKeys': [...tags.transitive] }),
    ...(sourceIdentity !== undefined && { 'sts:SourceIdentity': sourceIdentity }),
    ...carried.context,
  };
  const ask = (name: string): IamRequest => ({ action: name, resource: roleArn, context });
  return [
    ask(action),
    // Inherited tags and identities ask for the right as well: else a chain would carry them where nobody admitted them.
    ...(tags.all.size > 0 ? [ask('sts:TagSession')] : []),
    ...(sourceIdentity !== undefined ? [ask('sts:SetSourceIdentity')] : []),
  ];
}
