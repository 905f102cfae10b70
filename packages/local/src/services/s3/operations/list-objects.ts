import type { ParsedOperation } from '../../service.ts';
import { xmlResponse } from '../response.ts';
import { iamRequest, bucketArn, conditionKeysOf } from '../authorization.ts';
import type { Bucket } from '../bucket.ts';
import type { Engine } from '../engine.ts';
import {
  booleanParam,
  checkOptionalAttributes,
  continuationToken,
  integerParam,
  nameEncoder,
  readContinuationToken,
} from '../query-params.ts';
import { LIST_CONDITION_KEYS, type ListingPage, listPage } from '../listing.ts';
import { ownerElement } from '../owner.ts';
import type { S3Request } from '../operation.ts';
import { element, parent } from '../xml-writer.ts';

const MAX_KEYS = 1000;

/** The common parts of both versions. */
interface Listing {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
  readonly encode: (name: string) => string;
  readonly withOwner: boolean;
  page(after: string): ListingPage<string>;
  /** The response elements of both versions. */
  shared(page: ListingPage<string>): string;
}

export function listObjectsV2(request: S3Request, engine: Engine): ParsedOperation {
  const startAfter = request.query.get('start-after') ?? '';
  const token = readContinuationToken(request);
  const listing = readListing(request, engine, booleanParam(request, 'fetch-owner'));
  return {
    authorize: [listRequest(request)],
    execute() {
      const page = listing.page(token ?? startAfter);
      const content =
        listing.shared(page) +
        element('KeyCount', page.items.length + page.commonPrefixes.length) +
        (startAfter ? element('StartAfter', listing.encode(startAfter)) : '') +
        (token === undefined ? '' : element('ContinuationToken', continuationToken(token))) +
        (page.next === undefined ? '' : element('NextContinuationToken', continuationToken(page.next)));
      return xmlResponse('ListBucketResult', content);
    },
  };
}

export function listObjects(request: S3Request, engine: Engine): ParsedOperation {
  const marker = request.query.get('marker') ?? '';
  const listing = readListing(request, engine, true);
  return {
    authorize: [listRequest(request)],
    execute() {
      const page = listing.page(marker);
      // Without a delimiter, clients continue after the last key.
      const nextMarker = page.next !== undefined && listing.delimiter ? element('NextMarker', listing.encode(page.next)) : '';
      return xmlResponse('ListBucketResult', listing.shared(page) + element('Marker', listing.encode(marker)) + nextMarker);
    },
  };
}

/** An absent prefix is an absent condition key, not an empty one. A policy that requires `acme/*` denies both. */
function listRequest(request: S3Request) {
  return iamRequest(request, 's3:ListBucket', bucketArn(request.bucket), conditionKeysOf(request.query, LIST_CONDITION_KEYS));
}

function readListing(request: S3Request, engine: Engine, withOwner: boolean): Listing {
  const prefix = request.query.get('prefix') ?? '';
  const delimiter = request.query.get('delimiter') ?? '';
  const maxKeys = Math.min(integerParam(request, 'max-keys', { fallback: MAX_KEYS }), MAX_KEYS);
  const encode = nameEncoder(request);
  checkOptionalAttributes(request);
  const bucket = () => engine.bucket(request.bucket);
  return {
    prefix,
    delimiter,
    maxKeys,
    encode,
    withOwner,
    page: (after) => listPage(bucket().keys(), (key) => key, { prefix, delimiter, after, max: maxKeys }),
    shared: (page) =>
      element('Name', request.bucket) +
      element('Prefix', encode(prefix)) +
      (delimiter ? element('Delimiter', encode(delimiter)) : '') +
      element('MaxKeys', maxKeys) +
      (request.query.has('encoding-type') ? element('EncodingType', 'url') : '') +
      element('IsTruncated', page.next !== undefined) +
      page.items.map((key) => contents(bucket(), key, encode, withOwner ? ownerElement(request.account) : '')).join('') +
      page.commonPrefixes.map((name) => parent('CommonPrefixes', element('Prefix', encode(name)))).join(''),
  };
}

function contents(bucket: Bucket, key: string, encode: (name: string) => string, owner: string): string {
  const object = bucket.get(key);
  if (!object) return '';
  return parent(
    'Contents',
    element('Key', encode(key)) +
      element('LastModified', object.lastModified.toISOString()) +
      element('ETag', `"${object.etag}"`) +
      element('ChecksumAlgorithm', object.checksum.algorithm) +
      element('ChecksumType', object.checksum.type) +
      element('Size', object.body.length) +
      owner +
      element('StorageClass', object.storageClass),
  );
}
