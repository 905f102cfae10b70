import type { ParsedOperation } from '../../service.ts';
import { xmlResponse } from '../response.ts';
import { iamRequest, bucketArn } from '../authorization.ts';
import type { Engine } from '../engine.ts';
import { integerParam, nameEncoder } from '../query-params.ts';
import { compareUtf8, type ListingPage, listPage } from '../listing.ts';
import { ownerElement } from '../owner.ts';
import type { S3Request } from '../operation.ts';
import type { Upload } from '../uploads.ts';
import { element, parent } from '../xml-writer.ts';

const MAX_UPLOADS = 1000;

/** ListMultipartUploads. IAM has no condition key for its prefix: a caller who may list a bucket's uploads may list all of them. */
export function listUploads(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket, query } = request;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = keyMarker === '' ? '' : (query.get('upload-id-marker') ?? '');
  const max = Math.min(integerParam(request, 'max-uploads', { fallback: MAX_UPLOADS }), MAX_UPLOADS);
  const encode = nameEncoder(request);
  const follows = ({ key, id }: Upload): boolean => {
    const order = compareUtf8(key, keyMarker);
    return keyMarker === '' || order > 0 || (order === 0 && idMarker !== '' && compareUtf8(id, idMarker) > 0);
  };
  return {
    authorize: [iamRequest(request, 's3:ListBucketMultipartUploads', bucketArn(bucket))],
    execute() {
      const uploads = engine.bucket(bucket).uploads.list();
      const page = listPage(uploads, ({ key }) => key, { prefix, delimiter, after: keyMarker, max }, follows);
      const content =
        element('Bucket', bucket) +
        element('KeyMarker', encode(keyMarker)) +
        element('UploadIdMarker', idMarker) +
        nextMarkers(page, encode) +
        (delimiter ? element('Delimiter', encode(delimiter)) : '') +
        element('Prefix', encode(prefix)) +
        (query.has('encoding-type') ? element('EncodingType', 'url') : '') +
        element('MaxUploads', max) +
        element('IsTruncated', page.next !== undefined) +
        page.items.map((upload) => uploadElement(upload, encode, request.account)).join('') +
        page.commonPrefixes.map((name) => parent('CommonPrefixes', element('Prefix', encode(name)))).join('');
      return xmlResponse('ListMultipartUploadsResult', content);
    },
  };
}

function nextMarkers({ items, commonPrefixes, next }: ListingPage<Upload>, encode: (name: string) => string): string {
  if (next === undefined) return '';
  const last = items.at(-1);
  const id = commonPrefixes.at(-1) !== next && last?.key === next ? last.id : '';
  return element('NextKeyMarker', encode(next)) + element('NextUploadIdMarker', id);
}

function uploadElement({ key, id, initiated, checksum, storageClass }: Upload, encode: (name: string) => string, account: string): string {
  return parent(
    'Upload',
    element('Key', encode(key)) +
      element('UploadId', id) +
      ownerElement(account, 'Initiator') +
      ownerElement(account) +
      element('StorageClass', storageClass) +
      element('Initiated', initiated.toISOString()) +
      (checksum ? element('ChecksumAlgorithm', checksum.algorithm) + element('ChecksumType', checksum.type) : ''),
  );
}
