import { checkPolicy, type IamRequest } from '@tenant-aws/prover/evaluator';
import type { Form } from '../query-protocol.ts';
import { AwsError } from '../services/service.ts';
import { parseStrictJson } from '../strict-json.ts';
import { integer, LIMITS, optional, packedPercent, required } from './limits.ts';
import type { PolicyDocument, Role } from './roles.ts';
import type { SessionTags } from './session-tags.ts';

/** The parameters that AssumeRole and AssumeRoleWithWebIdentity share. */
export interface SessionRequest {
  readonly roleArn: string;
  /** The role session name. */
  readonly name: string;
  readonly policy?: PolicyDocument;
  /** The session policy as it was sent; empty without one. */
  readonly policyText: string;
  readonly minimumTokenSize: number;
}

/** Reads the parameters that AssumeRole and AssumeRoleWithWebIdentity share. */
export function readSessionRequest(form: Form): SessionRequest {
  const roleArn = required('roleArn', form.get('RoleArn'), LIMITS.roleArn);
  const name = required('roleSessionName', form.get('RoleSessionName'), LIMITS.roleSessionName);
  return { roleArn, name, ...readPolicy(form), minimumTokenSize: readMinimumTokenSize(form) };
}

/** Reads `Policy`, which is always optional. */
export function readPolicy(form: Form): Pick<SessionRequest, 'policy' | 'policyText'> {
  const policyText = optional('policy', form.get('Policy'), LIMITS.policy);
  return policyText === undefined ? { policyText: '' } : { policyText, policy: parsePolicy(policyText) };
}

function parsePolicy(text: string): PolicyDocument {
  const document = parseJson(text);
  // What the evaluator does not support is refused, not ignored.
  const [problem] = checkPolicy(document);
  if (problem !== undefined) throw malformedPolicy(problem);
  // `checkPolicy` has just accepted it.
  return document as PolicyDocument;
}

function parseJson(text: string): unknown {
  try {
    return parseStrictJson(Buffer.from(text));
  } catch {
    throw malformedPolicy('This policy contains invalid Json');
  }
}

function malformedPolicy(message: string): AwsError {
  return new AwsError('MalformedPolicyDocument', 400, message);
}

/** Reads `MinimumSessionTokenSize`: the token is padded to this size, for tests with large tokens. */
export function readMinimumTokenSize(form: Form): number {
  return integer('minimumSessionTokenSize', form.get('MinimumSessionTokenSize') ?? '0', { min: 0, max: 4096 });
}

/** The share of the packed size that a session's policy and tags use. */
export function packedPercentOf(policyText: string, tags: SessionTags): number {
  return packedPercent([policyText, ...[...tags.all].flat()]);
}

/** The permissions that an assumption requires: the action itself, and one more each for session tags and a source identity. */
export function requiredPermissions(
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
  const permission = (name: string): IamRequest => ({ action: name, resource: roleArn, context });
  return [
    permission(action),
    // Inherited tags and source identities also require the permission: otherwise a chain would carry them into a role that does not admit them.
    ...(tags.all.size > 0 ? [permission('sts:TagSession')] : []),
    ...(sourceIdentity !== undefined ? [permission('sts:SetSourceIdentity')] : []),
  ];
}
