import { checksumHeader } from '../../checksums.ts';
import type { AwsError, ServiceResponse } from '../service.ts';
import { ErrorWithHeaders } from './errors.ts';
import type { StoredChecksum } from './stored-object.ts';
import { element, xmlDocument } from './xml-writer.ts';

/** A 200 with an XML document. */
export function xmlResponse(root: string, content: string, headers: Readonly<Record<string, string>> = {}): ServiceResponse {
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body: xmlDocument(root, content) };
}

/** The response headers of a checksum. */
export function checksumHeaders(checksum: StoredChecksum): Record<string, string> {
  return { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

/** The response element of a checksum. */
export function checksumElement({ algorithm, value }: StoredChecksum): string {
  return element(`Checksum${algorithm}`, value);
}

/** The response elements of a checksum and its type. */
export function checksumElements(checksum: StoredChecksum): string {
  return checksumElement(checksum) + element('ChecksumType', checksum.type);
}

/** An error in the format of S3. The response to a HEAD has no body, only a status. */
export function errorResponse(error: AwsError, request: { readonly method: string; readonly requestId: string }): ServiceResponse {
  const headers = { 'x-amz-request-id': request.requestId, ...(error instanceof ErrorWithHeaders && error.headers) };
  if (request.method === 'HEAD') return { status: error.status, headers };
  const members = Object.entries(error.members).filter((member): member is [string, string] => typeof member[1] === 'string');
  const content =
    element('Code', error.code) +
    element('Message', error.message) +
    members.map(([name, value]) => element(name, value)).join('') +
    element('RequestId', request.requestId);
  return { status: error.status, headers: { ...headers, 'content-type': 'application/xml' }, body: xmlDocument('Error', content, '') };
}
