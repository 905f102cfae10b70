import type { ParsedOperation } from '../../service.ts';
import { bucketArn, conditionKeysOf, iamRequest } from '../authorization.ts';
import type { ListedVersion } from '../bucket.ts';
import type { Engine } from '../engine.ts';
import { invalidArgument } from '../errors.ts';
import { compareUtf8, LIST_CONDITION_KEYS, type ListingPage, listPage } from '../listing.ts';
import { ownerElement } from '../owner.ts';
import type { S3Request } from '../operation.ts';
import { checkOptionalAttributes, integerParam, nameEncoder } from '../query-params.ts';
import { xmlResponse } from '../response.ts';
import { isDeleteMarker } from '../stored-object.ts';
import { isOlder, parseVersionId } from '../version-id.ts';
import { element, parent } from '../xml-writer.ts';

const MAX_KEYS = 1000;

/** ListObjectVersions. */
export function listVersions(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket, query } = request;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = readIdMarker(query.get('version-id-marker'), keyMarker);
  const max = Math.min(integerParam(request, 'max-keys', { fallback: MAX_KEYS }), MAX_KEYS);
  const encode = nameEncoder(request);
  checkOptionalAttributes(request);
  return {
    authorize: [iamRequest(request, 's3:ListBucketVersions', bucketArn(bucket), conditionKeysOf(query, LIST_CONDITION_KEYS))],
    execute() {
      const all = engine.bucket(bucket).versions();
      const rest = new Set(idMarker === undefined ? [] : versionsAfter(all, keyMarker, idMarker));
      const follows = (listed: ListedVersion): boolean => keyMarker === '' || compareUtf8(listed.key, keyMarker) > 0 || rest.has(listed);
      const page = listPage(all, ({ key }) => key, { prefix, delimiter, after: keyMarker, max }, follows);
      const content =
        element('Name', bucket) +
        element('Prefix', encode(prefix)) +
        element('KeyMarker', encode(keyMarker)) +
        element('VersionIdMarker', idMarker ?? '') +
        nextMarkers(page, encode) +
        element('MaxKeys', max) +
        (delimiter ? element('Delimiter', encode(delimiter)) : '') +
        (query.has('encoding-type') ? element('EncodingType', 'url') : '') +
        element('IsTruncated', page.next !== undefined) +
        page.items.map((listed) => versionElement(listed, encode, request.account)).join('') +
        page.commonPrefixes.map((name) => parent('CommonPrefixes', element('Prefix', encode(name)))).join('');
      return xmlResponse('ListVersionsResult', content);
    },
  };
}

function readIdMarker(marker: string | undefined, keyMarker: string): string | undefined {
  if (marker === undefined || marker === '') return undefined;
  if (keyMarker === '') {
    throw invalidArgument('version-id-marker', marker, 'A version-id marker cannot be specified without a key marker.');
  }
  return parseVersionId('version-id-marker', marker);
}

/**
 * The versions of the marker's key that the earlier pages did not contain. The marker may be deleted since then. A version whose order
 * is unknown is listed again: a client that deletes what it lists must not miss one.
 */
function versionsAfter(all: readonly ListedVersion[], key: string, idMarker: string): readonly ListedVersion[] {
  const ofKey = all.filter((listed) => listed.key === key);
  const index = ofKey.findIndex(({ version }) => version.versionId === idMarker);
  if (index !== -1) return ofKey.slice(index + 1);
  return ofKey.filter(({ version }) => isOlder(version.versionId, idMarker) ?? true);
}

function nextMarkers({ items, commonPrefixes, next }: ListingPage<ListedVersion>, encode: (name: string) => string): string {
  if (next === undefined) return '';
  const last = items.at(-1);
  const endsWithVersion = last?.key === next && commonPrefixes.at(-1) !== next;
  return element('NextKeyMarker', encode(next)) + (endsWithVersion ? element('NextVersionIdMarker', last.version.versionId) : '');
}

function versionElement({ key, version, isLatest }: ListedVersion, encode: (name: string) => string, account: string): string {
  const shared =
    element('Key', encode(key)) +
    element('VersionId', version.versionId) +
    element('IsLatest', isLatest) +
    element('LastModified', version.lastModified.toISOString());
  if (isDeleteMarker(version)) return parent('DeleteMarker', shared + ownerElement(account));
  return parent(
    'Version',
    shared +
      element('ETag', `"${version.etag}"`) +
      element('ChecksumAlgorithm', version.checksum.algorithm) +
      element('ChecksumType', version.checksum.type) +
      element('Size', version.body.length) +
      ownerElement(account) +
      element('StorageClass', version.storageClass),
  );
}
