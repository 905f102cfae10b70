import type { IncomingMessage } from 'node:http';
import { percentDecode, percentEncode } from './percent.ts';
import { AwsError } from './services/service.ts';

/** Room for a part of any size that tests upload, and an end to what a stray client may make us hold. */
const MAX_BODY_BYTES = 128 * 1024 * 1024;

/** A request as it came over the wire: nothing decoded twice, nothing normalised, no name twice. Strings are binary (see `percent.ts`). */
export interface Incoming {
  readonly method: string;
  /** Percent-encoded, without the query. */
  readonly rawPath: string;
  readonly query: readonly QueryParameter[];
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  readonly remoteAddress: string;
}

/** One parameter of the query. */
export interface QueryParameter {
  /** Percent-decoded. */
  readonly name: string;
  readonly value: string;
  /** As SigV4 writes it. */
  readonly canonical: { readonly name: string; readonly value: string };
}

/** Everything of a request but its body. Refuses what two readers could read in two ways. */
export function readHead(message: IncomingMessage): Omit<Incoming, 'body'> {
  const url = message.url ?? '';
  // An absolute-form target (`GET http://host/path`) would name a second host beside the signed one.
  if (!url.startsWith('/')) throw new AwsError('InvalidURI', 400, "Couldn't parse the specified URI.");
  const mark = url.indexOf('?');
  const rawPath = mark === -1 ? url : url.slice(0, mark);
  percentDecode(rawPath);
  return {
    method: message.method ?? '',
    rawPath,
    query: mark === -1 ? [] : parseQuery(url.slice(mark + 1)),
    headers: readHeaders(message.rawHeaders),
    remoteAddress: (message.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
  };
}

/** The whole body. One that is too long is read to its end all the same: a client that is still sending would not read our answer. */
export async function readBody(message: AsyncIterable<Buffer>, maxBytes: number = MAX_BODY_BYTES): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of message) {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else chunks.length = 0;
    }
  } catch {
    // Nobody is there to read this, but it is no failure of ours either.
    throw new AwsError('IncompleteBody', 400, 'The connection ended before the body did.');
  }
  if (size > maxBytes) throw new AwsError('EntityTooLarge', 400, 'Your proposed upload exceeds the maximum allowed size.');
  return Buffer.concat(chunks);
}

/** Splits a query string, without its `?`. Every name is unique, whatever its case or encoding. */
export function parseQuery(text: string): QueryParameter[] {
  if (text === '') return [];
  const seen = new Set<string>();
  return text.split('&').map((piece) => {
    // A form reader takes `+` for a space, a signer for a plus: refuse it instead of choosing.
    if (piece === '' || piece.includes('+')) throw new AwsError('InvalidURI', 400, "Couldn't parse the specified URI: ambiguous query.");
    const equals = piece.indexOf('=');
    const name = percentDecode(equals === -1 ? piece : piece.slice(0, equals));
    const value = equals === -1 ? '' : percentDecode(piece.slice(equals + 1));
    // `X-Amz-Signature` and `x-amz-signature` are one parameter to AWS; no service has two that differ in case alone.
    if (name === '' || seen.has(name.toLowerCase())) throw new AwsError('InvalidArgument', 400, 'A query parameter occurs more than once.');
    seen.add(name.toLowerCase());
    return { name, value, canonical: { name: percentEncode(name), value: percentEncode(value) } };
  });
}

function readHeaders(raw: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    if (headers.has(name)) throw new AwsError('InvalidArgument', 400, 'A header occurs more than once.');
    headers.set(name, raw[index + 1] ?? '');
  }
  return headers;
}
