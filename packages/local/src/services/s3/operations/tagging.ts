import type { ParsedOperation, ServiceResponse } from '../../service.ts';
import { xmlResponse } from '../response.ts';
import type { Engine } from '../engine.ts';
import type { S3Operation, S3Request } from '../operation.ts';
import { OF_MISSING_KEYS, OWNER, PAYER } from '../operation-parts.ts';
import { INTEGRITY_HEADERS, verifyRequiredDigest } from '../payload.ts';
import {
  type PinnedVersion,
  pinnedObject,
  pinVersion,
  unchangedObject,
  VERSION_KEYS,
  versionHeader,
  versionRequest,
} from '../pinned-version.ts';
import type { Tags } from '../stored-object.ts';
import { NO_TAGS, REQUEST_TAG_KEYS, readTagBody, requestTags, tagSet } from '../tags.ts';
import { readVersionId } from '../version-id.ts';

const TAGGED = { target: 'object', requires: [['tagging', '']], params: ['versionId'] } as const;

/** The operations on the tags of an object. */
export const TAGGING_OPERATIONS: readonly S3Operation[] = [
  {
    ...TAGGED,
    operation: 'GetObjectTagging',
    method: 'GET',
    headers: [OWNER, PAYER],
    actions: ['s3:GetObjectTagging'],
    furtherActions: [['s3:GetObjectVersionTagging', 'in place of s3:GetObjectTagging, with `versionId`'], OF_MISSING_KEYS],
    conditionKeys: VERSION_KEYS,
    parse: getObjectTagging,
  },
  {
    ...TAGGED,
    operation: 'PutObjectTagging',
    method: 'PUT',
    headers: [...INTEGRITY_HEADERS, OWNER, PAYER],
    body: 'xml',
    actions: ['s3:PutObjectTagging'],
    furtherActions: [['s3:PutObjectVersionTagging', 'in place of s3:PutObjectTagging, with `versionId`'], OF_MISSING_KEYS],
    conditionKeys: [...VERSION_KEYS, ...REQUEST_TAG_KEYS],
    parse: putObjectTagging,
  },
  {
    ...TAGGED,
    operation: 'DeleteObjectTagging',
    method: 'DELETE',
    headers: [OWNER],
    actions: ['s3:DeleteObjectTagging'],
    furtherActions: [['s3:DeleteObjectVersionTagging', 'in place of s3:DeleteObjectTagging, with `versionId`'], OF_MISSING_KEYS],
    conditionKeys: VERSION_KEYS,
    parse: deleteObjectTagging,
  },
];

function getObjectTagging(request: S3Request, engine: Engine): ParsedOperation {
  const pinned = namedVersion(request, engine);
  return {
    authorize: [versionRequest(request, 's3:GetObjectTagging', pinned)],
    execute() {
      const object = pinnedObject(request, engine, pinned);
      return xmlResponse('Tagging', tagSet(object.tags), versionHeader(engine.bucket(request.bucket), object));
    },
  };
}

function putObjectTagging(request: S3Request, engine: Engine): ParsedOperation {
  const pinned = namedVersion(request, engine);
  const tags = readTagBody(request.body);
  return {
    authorize: [versionRequest(request, 's3:PutObjectTagging', pinned, requestTags(tags))],
    execute() {
      verifyRequiredDigest(request);
      return { status: 200, headers: retag(request, engine, pinned, tags) };
    },
  };
}

function deleteObjectTagging(request: S3Request, engine: Engine): ParsedOperation {
  const pinned = namedVersion(request, engine);
  return {
    authorize: [versionRequest(request, 's3:DeleteObjectTagging', pinned)],
    execute: () => ({ status: 204, headers: retag(request, engine, pinned, NO_TAGS) }),
  };
}

function namedVersion(request: S3Request, engine: Engine): PinnedVersion {
  const { bucket, key } = request;
  return pinVersion(engine, { bucket, key, versionId: readVersionId(request) });
}

/** Replaces the tags of the version that IAM decided about. */
function retag(request: S3Request, engine: Engine, pinned: PinnedVersion, tags: Tags): NonNullable<ServiceResponse['headers']> {
  const object = unchangedObject(request, engine, pinned);
  const bucket = engine.bucket(request.bucket);
  bucket.retag(request.key, object, tags);
  return versionHeader(bucket, object);
}
