import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm, checksum } from '../../checksums.ts';
import { strictInteger } from '../../strict-integer.ts';
import { AwsError } from '../service.ts';
import { invalidRequest } from './errors.ts';
import { unquoted } from './preconditions.ts';
import { MAX_PART_NUMBER } from './query-params.ts';
import type { Part, Upload } from './uploads.ts';
import { malformedXml, readXml, type XmlElement } from './xml-reader.ts';

/** A part in the body of CompleteMultipartUpload. */
export interface NamedPart {
  readonly number: number;
  readonly etag: string;
  readonly checksums: readonly (readonly [ChecksumAlgorithm, string])[];
}

const MIN_PART_BYTES = 5 * 1024 * 1024;

/** Reads the list of parts. @throws {@link AwsError} MalformedXML */
export function readNamedParts(body: Buffer): readonly NamedPart[] {
  const parts = readXml(body, 'CompleteMultipartUpload').only('Part').all('Part').map(readNamedPart);
  if (parts.length === 0 || parts.length > MAX_PART_NUMBER) throw malformedXml();
  return parts;
}

/**
 * The uploaded parts that the request names, in order.
 *
 * @throws {@link AwsError} InvalidPartOrder, InvalidPart, EntityTooSmall; InvalidRequest if a composite checksum needs a part's checksum that is missing
 * @see Amazon S3 API Reference, "CompleteMultipartUpload", errors
 */
export function selectParts(upload: Upload, named: readonly NamedPart[]): readonly Part[] {
  if (named.some(({ number }, index) => number <= (named[index - 1]?.number ?? 0))) {
    throw new AwsError('InvalidPartOrder', 400, 'The list of parts was not in ascending order. Parts must be ordered by part number.');
  }
  const parts = named.map((name) => selectPart(upload, name));
  for (const part of parts.slice(0, -1)) {
    if (part.body.length >= MIN_PART_BYTES) continue;
    throw new AwsError('EntityTooSmall', 400, 'Your proposed upload is smaller than the minimum allowed size', {
      ETag: part.etag,
      MinSizeAllowed: String(MIN_PART_BYTES),
      PartNumber: String(part.number),
      ProposedSize: String(part.body.length),
    });
  }
  return parts;
}

function selectPart(upload: Upload, { number, etag, checksums }: NamedPart): Part {
  const part = upload.parts.get(number);
  const isTheSame = part?.etag === etag && checksums.every(([algorithm, value]) => value === valueOf(part, algorithm));
  if (!part || !isTheSame) {
    throw new AwsError(
      'InvalidPart',
      400,
      "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
      { UploadId: upload.id, PartNumber: String(number), ETag: etag },
    );
  }
  const expected = upload.checksum;
  if (expected?.type === 'COMPOSITE' && !checksums.some(([algorithm]) => algorithm === expected.algorithm)) {
    const name = expected.algorithm.toLowerCase();
    throw invalidRequest(
      `The upload was created using a ${name} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`,
    );
  }
  return part;
}

function valueOf(part: Part, algorithm: ChecksumAlgorithm): string {
  return part.checksum?.algorithm === algorithm ? part.checksum.value : checksum(algorithm, part.body);
}

function readNamedPart(part: XmlElement): NamedPart {
  part.only('PartNumber', 'ETag', ...CHECKSUM_ALGORITHMS.map((algorithm) => `Checksum${algorithm}`));
  const number = strictInteger(part.requiredText('PartNumber'), { min: 1, max: MAX_PART_NUMBER });
  if (number === undefined) throw malformedXml();
  const checksums = CHECKSUM_ALGORITHMS.flatMap((algorithm): [ChecksumAlgorithm, string][] => {
    const value = part.optionalText(`Checksum${algorithm}`);
    return value === undefined ? [] : [[algorithm, value]];
  });
  return { number, etag: unquoted(part.requiredText('ETag')), checksums };
}
