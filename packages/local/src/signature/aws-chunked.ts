import { AwsError } from '../services/service.ts';

/** A parsed payload in aws-chunked encoding. Nothing in it is verified. */
export interface AwsChunked {
  /** Includes the last chunk, which is empty. */
  readonly chunks: readonly { readonly data: Buffer; readonly signature?: string }[];
  /** In the order of the payload; names in lower case. */
  readonly trailers: readonly (readonly [name: string, value: string])[];
  readonly trailerSignature?: string;
}

const CHUNK_HEAD = /^(0|[1-9A-Fa-f][0-9A-Fa-f]{0,7})(?:;chunk-signature=([0-9a-f]{64}))?$/;
const TRAILER = /^([A-Za-z0-9-]{1,128}):([\x21-\x7e]{1,1024})$/;
const TRAILER_SIGNATURE = /^[0-9a-f]{64}$/;
const MAX_LINE = 2048;
const MAX_TRAILERS = 4;

/**
 * Parses aws-chunked encoding to the last byte. Nothing may follow the final chunk and its trailers.
 *
 * @see AWS S3 API Reference, "Signature calculations for the Authorization header: transferring payload in multiple chunks"
 */
export function decodeAwsChunked(body: Buffer): AwsChunked {
  const chunks: { data: Buffer; signature?: string }[] = [];
  let offset = 0;
  for (;;) {
    const head = lineAt(body, offset);
    const match = CHUNK_HEAD.exec(head.text);
    if (!match) throw malformed();
    const [, hex = '', signature] = match;
    const size = Number.parseInt(hex, 16);
    const data = body.subarray(head.end, head.end + size);
    chunks.push(signature === undefined ? { data } : { data, signature });
    offset = head.end + size;
    if (size === 0) return { chunks, ...trailersAt(body, offset) };
    if (data.length !== size || body[offset] !== 0x0d || body[offset + 1] !== 0x0a) throw malformed();
    offset += 2;
  }
}

function trailersAt(body: Buffer, start: number): Omit<AwsChunked, 'chunks'> {
  const trailers: [string, string][] = [];
  let trailerSignature: string | undefined;
  let offset = start;
  for (;;) {
    const line = lineAt(body, offset);
    offset = line.end;
    if (line.text === '') break;
    const match = TRAILER.exec(line.text);
    // The trailer signature comes last. It does not cover lines after it.
    if (!match || trailerSignature !== undefined || trailers.length >= MAX_TRAILERS) throw malformed();
    const [, name = '', value = ''] = match;
    if (name.toLowerCase() !== 'x-amz-trailer-signature') trailers.push([name.toLowerCase(), value]);
    else if (TRAILER_SIGNATURE.test(value)) trailerSignature = value;
    else throw malformed();
  }
  if (offset !== body.length) throw malformed();
  return { trailers, ...(trailerSignature !== undefined && { trailerSignature }) };
}

function lineAt(body: Buffer, start: number): { text: string; end: number } {
  const end = body.subarray(start, start + MAX_LINE).indexOf('\r\n');
  if (end === -1) throw malformed();
  return { text: body.toString('latin1', start, start + end), end: start + end + 2 };
}

function malformed(): AwsError {
  return new AwsError('IncompleteBody', 400, 'The aws-chunked body is not well-formed.');
}

/** A value of Content-Encoding without `aws-chunked`, which describes the transfer. The rest is not changed. */
export function withoutAwsChunked(contentEncoding: string): string {
  const codings = contentEncoding.split(',');
  const kept = codings.filter((coding) => coding.trim().toLowerCase() !== 'aws-chunked');
  return kept.length === codings.length ? contentEncoding : kept.join(',').trim();
}
