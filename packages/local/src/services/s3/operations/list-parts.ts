import type { ParsedOperation } from '../../service.ts';
import { checksumElement, xmlResponse } from '../response.ts';
import { iamRequest, objectArn } from '../authorization.ts';
import type { Engine } from '../engine.ts';
import { integerParam, uploadId } from '../query-params.ts';
import { ownerElement } from '../owner.ts';
import type { S3Request } from '../operation.ts';
import type { Part } from '../uploads.ts';
import { element, parent } from '../xml-writer.ts';

const MAX_PARTS = 1000;

/** ListParts. */
export function listParts(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket, key, account } = request;
  const id = uploadId(request);
  const max = Math.min(integerParam(request, 'max-parts', { fallback: MAX_PARTS }), MAX_PARTS);
  const marker = integerParam(request, 'part-number-marker', { fallback: 0 });
  return {
    authorize: [iamRequest(request, 's3:ListMultipartUploadParts', objectArn(bucket, key))],
    execute() {
      const upload = engine.bucket(bucket).uploads.find(key, id);
      const after = [...upload.parts.values()].filter(({ number }) => number > marker).toSorted((a, b) => a.number - b.number);
      const page = after.slice(0, max);
      const last = page.at(-1);
      const truncated = last !== undefined && after.length > page.length;
      const content =
        element('Bucket', bucket) +
        element('Key', key) +
        element('UploadId', id) +
        element('PartNumberMarker', marker) +
        (truncated ? element('NextPartNumberMarker', last.number) : '') +
        element('MaxParts', max) +
        element('IsTruncated', truncated) +
        page.map(partElement).join('') +
        ownerElement(account, 'Initiator') +
        ownerElement(account) +
        element('StorageClass', upload.storageClass) +
        (upload.checksum ? element('ChecksumAlgorithm', upload.checksum.algorithm) + element('ChecksumType', upload.checksum.type) : '');
      return xmlResponse('ListPartsResult', content);
    },
  };
}

function partElement({ number, body, etag, lastModified, checksum }: Part): string {
  return parent(
    'Part',
    element('PartNumber', number) +
      element('LastModified', lastModified.toISOString()) +
      element('ETag', `"${etag}"`) +
      element('Size', body.length) +
      (checksum ? checksumElement(checksum) : ''),
  );
}
