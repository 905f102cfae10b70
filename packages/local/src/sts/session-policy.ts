import { checkPolicy } from '@tenant-aws/prover/evaluator';
import { AwsError } from '../services/service.ts';
import { parseStrictJson } from '../strict-json.ts';
import type { PolicyDocument } from './roles.ts';

/**
 * Reads a session policy. What the evaluator does not understand is refused here, not ignored there.
 *
 * @throws AwsError MalformedPolicyDocument
 */
export function parseSessionPolicy(text: string): PolicyDocument {
  const document = parseJson(text);
  const [fault] = checkPolicy(document);
  if (fault !== undefined) throw malformed(fault);
  // `checkPolicy` has just said that it is one.
  return document as PolicyDocument;
}

function parseJson(text: string): unknown {
  try {
    return parseStrictJson(Buffer.from(text));
  } catch {
    throw malformed('This policy contains invalid Json');
  }
}

function malformed(why: string): AwsError {
  return new AwsError('MalformedPolicyDocument', 400, why);
}
