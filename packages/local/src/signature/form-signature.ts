import type { Incoming } from '../incoming.ts';
import { AwsError } from '../services/service.ts';
import { type CredentialScope, readScope } from './credential-scope.ts';
import { isPostForm, parsePostForm, type PostForm } from './post-form.ts';
import { refusal } from './refusal.ts';

/** The signature of a posted form. Nothing in it is verified. */
export interface FormSignature extends CredentialScope {
  readonly signature: string;
  readonly sessionToken?: string;
  readonly form: PostForm;
}

/** The fields of a signature, as AWS's errors spell them, in the order in which they are checked. */
const FIELDS = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Signature', 'Policy'] as const;

/**
 * Reads the signature of a form that is posted to a bucket; undefined for any other request, and for a form without a signature.
 *
 * @throws {@link AwsError} for a malformed form or signature, or signature version 2
 * @see Amazon S3 API Reference, "Authenticating Requests in Browser-Based Uploads Using POST (AWS Signature Version 4)"
 */
export function findFormSignature({ method, headers, body }: Incoming, guess: string): FormSignature | undefined {
  const contentType = headers.get('content-type');
  if (method !== 'POST' || guess !== 's3' || !isPostForm(contentType)) return undefined;
  const form = parsePostForm(contentType, body);
  if (form.fields.has('awsaccesskeyid')) throw refusal('sigv2', guess);
  // A policy alone does not sign a form.
  if (!FIELDS.some((name) => name !== 'Policy' && form.fields.has(name.toLowerCase()))) return undefined;
  const [algorithm, credential = '', timestamp = '', signature = ''] = FIELDS.map((name) => fieldOf(form, name));
  if (algorithm !== 'AWS4-HMAC-SHA256') throw refusal('sigv2', guess);
  const scope = readScope(credential, timestamp, guess);
  // The form must not reach another service, which would read its unsigned fields.
  if (scope.service !== 's3') throw refusal('scope', guess);
  const sessionToken = form.fields.get('x-amz-security-token');
  return { ...scope, signature, form, ...(sessionToken !== undefined && { sessionToken }) };
}

function fieldOf({ fields }: PostForm, name: string): string {
  const value = fields.get(name.toLowerCase());
  if (value !== undefined) return value;
  throw new AwsError(
    'InvalidArgument',
    400,
    `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`,
    { ArgumentName: name, ArgumentValue: '' },
  );
}
