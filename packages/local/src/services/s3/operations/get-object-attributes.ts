import type { ParsedOperation } from '../../service.ts';
import { checksumElement, checksumElements, xmlResponse } from '../response.ts';
import type { Engine } from '../engine.ts';
import { invalidArgument } from '../errors.ts';
import type { S3Request } from '../operation.ts';
import { pinnedObject, pinVersion, versionHeader, versionRequest } from '../pinned-version.ts';
import { integerHeader, MAX_PART_NUMBER } from '../query-params.ts';
import type { StoredObject } from '../stored-object.ts';
import { readVersionId } from '../version-id.ts';
import { element, parent } from '../xml-writer.ts';

/** The header with the attributes to return. */
export const ATTRIBUTES = 'x-amz-object-attributes';

const MAX_PARTS = 1000;

/** The parts to return. */
interface PartsPage {
  readonly max: number;
  readonly marker: number;
}

const WRITERS: ReadonlyMap<string, (object: StoredObject, parts: PartsPage) => string> = new Map([
  ['ETag', ({ etag }) => element('ETag', etag)],
  ['Checksum', ({ checksum }) => parent('Checksum', checksumElements(checksum))],
  ['ObjectParts', partsElement],
  ['StorageClass', ({ storageClass }) => element('StorageClass', storageClass)],
  ['ObjectSize', ({ body }) => element('ObjectSize', body.length)],
]);

/**
 * GetObjectAttributes. It needs permission to read the object, and to read its attributes.
 *
 * @see Amazon S3 API Reference, "GetObjectAttributes", permissions
 */
export function getObjectAttributes(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket, key } = request;
  const pinned = pinVersion(engine, { bucket, key, versionId: readVersionId(request) });
  const requested = readAttributes(request.headers.get(ATTRIBUTES) ?? '');
  const parts: PartsPage = {
    max: Math.min(integerHeader(request, 'x-amz-max-parts', { max: MAX_PART_NUMBER, fallback: MAX_PARTS }), MAX_PARTS),
    marker: integerHeader(request, 'x-amz-part-number-marker', { max: MAX_PART_NUMBER, fallback: 0 }),
  };
  return {
    authorize: [versionRequest(request, 's3:GetObject', pinned), versionRequest(request, 's3:GetObjectAttributes', pinned)],
    execute() {
      const object = pinnedObject(request, engine, pinned);
      const content = [...WRITERS].map(([name, write]) => (requested.has(name) ? write(object, parts) : ''));
      return xmlResponse('GetObjectAttributesResponse', content.join(''), {
        'last-modified': object.lastModified.toUTCString(),
        ...versionHeader(engine.bucket(bucket), object),
      });
    },
  };
}

function readAttributes(header: string): ReadonlySet<string> {
  const names = header.split(',').map((name) => name.trim());
  if (names.some((name) => !WRITERS.has(name))) throw invalidArgument(ATTRIBUTES, header, 'Invalid attribute name specified.');
  return new Set(names);
}

/** Absent for an object that was not uploaded in parts. */
function partsElement({ parts }: StoredObject, { max, marker }: PartsPage): string {
  if (parts.length === 0) return '';
  const numbered = parts.map((part, index) => ({ ...part, number: index + 1 }));
  const after = numbered.filter(({ number }) => number > marker);
  const page = after.slice(0, max);
  const last = page.at(-1)?.number ?? marker;
  return parent(
    'ObjectParts',
    element('IsTruncated', after.length > page.length) +
      element('MaxParts', max) +
      element('NextPartNumberMarker', last) +
      element('PartNumberMarker', marker) +
      page
        .map(({ number, size, checksum }) =>
          parent('Part', element('PartNumber', number) + element('Size', size) + checksumElement(checksum)),
        )
        .join('') +
      element('PartsCount', parts.length),
  );
}
