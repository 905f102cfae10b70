import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { ACL_HEADERS, ACL_KEYS, readObjectAcl } from './acl.ts';
import { type ConditionKeys, iamRequest, objectArn } from './authorization.ts';
import { ENCRYPTION, ENCRYPTION_KEY, encryptionKey, readEncryption } from './encryption.ts';
import type { S3Request } from './operation.ts';
import { REDIRECT, REDIRECT_KEY, readRedirect } from './redirect.ts';
import { readStorageClass, STORAGE_CLASS, STORAGE_CLASS_KEY } from './storage-class.ts';
import type { StorageClass, Tags } from './stored-object.ts';
import { REQUEST_TAG_KEYS, readTagHeader, requestTags, TAGGING } from './tags.ts';
import type { Encryption } from './uploads.ts';

/** The headers with the options of a new object. */
export const WRITE_OPTIONS: readonly string[] = [...ACL_HEADERS, ENCRYPTION, STORAGE_CLASS, TAGGING, REDIRECT, 'x-amz-meta-*'];

/** The condition keys of these options. */
export const WRITE_OPTION_KEYS: readonly string[] = [...ACL_KEYS, ENCRYPTION_KEY, STORAGE_CLASS_KEY, REDIRECT_KEY, ...REQUEST_TAG_KEYS];

/** The permissions that some of these options need. */
export const WRITE_OPTION_ACTIONS = [
  ['s3:PutObjectAcl', 'with an ACL other than `private`'],
  ['s3:PutObjectTagging', 'with tags'],
] as const;

/** The options with which a write creates an object, in addition to its headers. Undefined if the request does not have it. */
export interface WriteOptions {
  readonly encryption: Encryption | undefined;
  readonly storageClass: StorageClass | undefined;
  readonly tags: Tags | undefined;
  /** The location to which a website redirects. Only websites use it. */
  readonly redirect: string | undefined;
  /** The condition keys of `s3:PutObject`. */
  readonly context: ConditionKeys;
  /** The further permissions that the options need. */
  readonly rights: readonly IamRequest[];
  /** Refuses an ACL that no bucket accepts. Call it after the decision: a policy may deny the ACL. */
  check(): void;
}

/**
 * Reads the options of PutObject, CopyObject and CreateMultipartUpload.
 *
 * `private` is the default ACL. It needs no permission in addition to `s3:PutObject`.
 *
 * @throws {@link AwsError} for an invalid or unsupported option
 * @see Amazon S3 API Reference, "PutObject", permissions: `s3:PutObjectAcl` to change the ACL, `s3:PutObjectTagging` to set tags
 */
export function readWriteOptions(request: S3Request): WriteOptions {
  const acl = readObjectAcl(request);
  const encryption = readEncryption(request);
  const storageClass = readStorageClass(request);
  const tags = readTagHeader(request);
  const redirect = readRedirect(request);
  const resource = objectArn(request.bucket, request.key);
  const storageKey: ConditionKeys = storageClass === undefined ? {} : { [STORAGE_CLASS_KEY]: storageClass };
  return {
    encryption,
    storageClass,
    tags,
    redirect,
    context: {
      ...acl.context,
      ...encryptionKey(encryption),
      ...storageKey,
      ...(redirect !== undefined && { [REDIRECT_KEY]: redirect }),
      ...requestTags(tags),
    },
    rights: [
      ...(acl.isSet ? [iamRequest(request, 's3:PutObjectAcl', resource, { ...acl.context, ...storageKey })] : []),
      ...(tags ? [iamRequest(request, 's3:PutObjectTagging', resource, requestTags(tags))] : []),
    ],
    check: () => acl.check(),
  };
}
