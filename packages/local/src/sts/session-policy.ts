import { checkPolicy } from '@tenant-aws/prover/evaluator';
import { AwsError } from '../services/service.ts';
import { parseStrictJson } from '../strict-json.ts';
import type { PolicyDocument } from './roles.ts';

/**
 * Reads a session policy. Refuses everything that the evaluator does not support.
 *
 * @throws AwsError MalformedPolicyDocument
 */
export function parseSessionPolicy(text: string): PolicyDocument {
  const document = parseJson(text);
  const [problem] = checkPolicy(document);
  if (problem !== undefined) throw malformed(problem);
  // `checkPolicy` has just accepted it.
  return document as PolicyDocument;
}

function parseJson(text: string): unknown {
  try {
    return parseStrictJson(Buffer.from(text));
  } catch {
    throw malformed('This policy contains invalid Json');
  }
}

function malformed(message: string): AwsError {
  return new AwsError('MalformedPolicyDocument', 400, message);
}
