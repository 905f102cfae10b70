import type { ConditionKeys } from './authorization.ts';
import type { Engine } from './engine.ts';
import { notImplemented } from './errors.ts';
import type { S3Request } from './operation.ts';
import { uploadId } from './query-params.ts';
import type { Encryption } from './uploads.ts';

/** The header that requests encryption at rest. The response has it too. */
export const ENCRYPTION = 'x-amz-server-side-encryption';

/** The condition key of that header. */
export const ENCRYPTION_KEY = 's3:x-amz-server-side-encryption';

/** All other methods need permission for a KMS key, and the local AWS has no KMS. */
const METHOD: Encryption = 'AES256';

/** The response header for every object: S3 encrypts all objects, requested or not. */
export const ENCRYPTED: Readonly<Record<string, string>> = { [ENCRYPTION]: METHOD };

/**
 * The encryption that a write requests, if any.
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
 * The encryption with which the request's upload was created. Later requests of the upload cannot request encryption, so S3
 * authorises them with this value: a policy that denies unencrypted writes allows all requests of an encrypted upload.
 */
export function uploadEncryption(request: S3Request, engine: Engine): Encryption | undefined {
  const { bucket, key } = request;
  // The request is not authorised yet: a missing bucket or upload must give the same result as an upload without encryption.
  return engine.hasBucket(bucket) ? engine.bucket(bucket).uploads.get(key, uploadId(request))?.encryption : undefined;
}

/** The condition key for requested encryption. Absent if none is requested, even though S3 encrypts every object. */
export function encryptionKey(requested: Encryption | undefined): ConditionKeys {
  return requested === undefined ? {} : { [ENCRYPTION_KEY]: requested };
}
