import { checkPolicy } from '@tenant-aws/prover/evaluator';
import { isObject, type Json, JsonError } from '@tenant-aws/policy/json';
import { listOf, principalFaults } from '../../policy-principal.ts';
import { type ResourcePolicy, type ResourcePolicyDocument, resourcePolicy } from '../../resource-policy.ts';
import { parseStrictJson } from '../../strict-json.ts';
import { AwsError } from '../service.ts';
import { isPublic } from './public-policy.ts';

/** The policy of a bucket. */
export interface BucketPolicy extends ResourcePolicy {
  /** As it was put, and as GetBucketPolicy returns it. */
  readonly text: string;
  /** Whether it grants access to everybody. */
  readonly isPublic: boolean;
}

const MAX_BYTES = 20_480;
/** A user, a role, a session of a role, or an account. The local AWS has the partition `aws` only. */
const AWS_PRINCIPAL =
  /^(?:\*|\d{12}|arn:aws:iam::\d{12}:(?:root|(?:role|user)\/[\x21-\x7e]+)|arn:aws:sts::\d{12}:assumed-role\/[\w+=,.@-]+\/[\w+=,.@-]+)$/;
const ACTION = /^(?:\*|s3:.+)$/i;
/** Actions on objects. All others are actions on buckets. */
const OBJECT_ACTION = /^s3:(?:(?!.*bucket).*(?:object|multipartupload)|replicate|bypassgovernance|objectowneroverride)/i;

/**
 * Parses and checks a bucket policy.
 *
 * @param bucketArn the bucket to which all resources must belong
 * @throws {@link AwsError} MalformedPolicy
 * @see Amazon S3 User Guide, "Bucket policies for Amazon S3"
 */
export function parseBucketPolicy(bytes: Buffer, bucketArn: string): BucketPolicy {
  if (bytes.length > MAX_BYTES) throw malformedPolicy(`The policy is larger than ${MAX_BYTES} bytes.`);
  if (bytes[0] !== 0x7b) throw malformedPolicy("Policies must be valid JSON and the first byte must be '{'");
  const json = parse(bytes);
  const given = isObject(json) ? json['Statement'] : undefined;
  const statements = Array.isArray(given) ? given : listOf(given);
  if (statements.length === 0) throw malformedPolicy('Could not parse the policy: Statement is empty!');
  for (const statement of statements) checkStatement(statement, bucketArn);
  // The statements have the form of `ResourcePolicyStatement`, if the rest of each is that of an identity policy.
  const document = json as unknown as ResourcePolicyDocument;
  const { statements: prepared } = resourcePolicy(document);
  const [fault] = checkPolicy({ ...document, Statement: prepared.map((each) => each.document.Statement) });
  if (fault !== undefined) throw malformedPolicy(`Invalid policy syntax: ${fault}`);
  return { text: bytes.toString(), statements: prepared, isPublic: listOf(document.Statement).some(isPublic) };
}

function parse(bytes: Buffer): Json {
  try {
    return parseStrictJson(bytes);
  } catch (error) {
    throw error instanceof JsonError ? malformedPolicy('This policy contains invalid Json') : error;
  }
}

function checkStatement(statement: Json, own: string): void {
  if (!isObject(statement)) throw malformedPolicy('Could not parse the policy: Statement is not an object');
  const { Sid, Principal, NotPrincipal, Action, NotAction, Resource, NotResource } = statement;
  if (Sid !== undefined && typeof Sid !== 'string') throw malformedPolicy('Invalid policy syntax: a `Sid` is not a string');
  if (Principal === undefined && NotPrincipal === undefined) throw malformedPolicy('Missing required field Principal');
  if (!arePrincipals(statement)) throw malformedPolicy('Invalid principal in policy');
  const actions = strings(Action ?? NotAction);
  if (!actions) throw malformedPolicy('Missing required field Action');
  if (!actions.every((action) => ACTION.test(action))) throw malformedPolicy('Policy has invalid action');
  const resources = strings(Resource ?? NotResource);
  if (!resources) throw malformedPolicy('Missing required field Resource');
  if (!resources.every((resource) => resource === own || resource.startsWith(`${own}/`)))
    throw malformedPolicy('Policy has invalid resource');
  if (Action === undefined || Resource === undefined) return;
  const applies = (action: string): boolean =>
    action.includes('*') || action.includes('?') || resources.some((resource) => (resource !== own) === OBJECT_ACTION.test(action));
  if (!actions.every(applies)) throw malformedPolicy('Action does not apply to any resource(s) in statement');
}

/** Users of an identity provider and canonical users are refused: no caller of the local AWS is one, so that a Deny would have no effect. */
function arePrincipals(statement: Readonly<Record<string, Json>>): boolean {
  if (principalFaults(statement).length > 0) return false;
  const principal = statement['NotPrincipal'] ?? statement['Principal'];
  if (!isObject(principal)) return principal === '*';
  const { AWS, Service: _service, ...others } = principal;
  return Object.keys(others).length === 0 && (AWS === undefined || (strings(AWS)?.every((name) => AWS_PRINCIPAL.test(name)) ?? false));
}

function strings(value: Json | undefined): readonly string[] | undefined {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.length > 0 && list.every((item) => typeof item === 'string') ? list : undefined;
}

function malformedPolicy(message: string): AwsError {
  return new AwsError('MalformedPolicy', 400, message);
}
