import type { Context } from './authorization.ts';
import type { Engine } from './engine.ts';
import { notImplemented } from './match.ts';
import type { S3Request } from './operation.ts';
import { uploadId } from './query-params.ts';
import type { Encryption } from './uploads.ts';

/** The header that asks for encryption at rest, and that answers how it was done. */
export const ENCRYPTION = 'x-amz-server-side-encryption';

/** What a policy is told of it. */
export const ENCRYPTION_KEY = 's3:x-amz-server-side-encryption';

/** Every other method takes rights to a key, and there is no KMS here to ask for them. */
const METHOD: Encryption = 'AES256';

/** What S3 answers of every object, asked or not: it encrypts them all. */
export const ENCRYPTED: Readonly<Record<string, string>> = { [ENCRYPTION]: METHOD };

/**
 * What a write asks for; undefined if it does not ask.
 *
 * @throws {@link AwsError} NotImplemented, 501, for any method but AES256
 * @see Amazon S3 User Guide, "Using server-side encryption with Amazon S3 managed keys (SSE-S3)"
 */
export function readEncryption({ headers }: S3Request): Encryption | undefined {
  const method = headers.get(ENCRYPTION);
  if (method === undefined || method === METHOD) return method;
  throw notImplemented(`${ENCRYPTION}: ${method}`);
}

/**
 * What the upload that a request names was created with. Its parts and its end cannot ask for themselves, and S3 judges them
 * by this: a policy that denies whatever does not ask lets through, step by step, an upload that did.
 */
export function uploadEncryption(request: S3Request, engine: Engine): Encryption | undefined {
  const { bucket, key } = request;
  // Before the request is authorised: what is not there must not be told from what did not ask.
  return engine.hasBucket(bucket) ? engine.bucket(bucket).uploads.get(key, uploadId(request))?.encryption : undefined;
}

/** The condition key, absent where nothing was asked: that all is encrypted anyway is not what policies are told. */
export function encryptionKey(asked: Encryption | undefined): Context {
  return asked === undefined ? {} : { [ENCRYPTION_KEY]: asked };
}
