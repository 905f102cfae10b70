import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { percentDecode, percentEncode } from './percent.ts';
import { AwsError } from './services/service.ts';

/** Enough for the parts that tests upload. Limits the memory that one client can use. */
const MAX_BODY_BYTES = 128 * 1024 * 1024;

/** A request as it was received: not normalised, and no name occurs twice. Strings are binary (see `percent.ts`). */
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
  /** In SigV4's canonical encoding. */
  readonly canonical: { readonly name: string; readonly value: string };
}

/** Reads a request except its body. Refuses everything that two parsers could read differently. */
export function readHead(message: IncomingMessage): Omit<Incoming, 'body'> {
  const url = message.url ?? '';
  // An absolute-form target (`GET http://host/path`) would name a second host in addition to the signed one.
  if (!url.startsWith('/')) throw new AwsError('InvalidURI', 400, "Couldn't parse the specified URI.");
  const mark = url.indexOf('?');
  const rawPath = mark === -1 ? url : url.slice(0, mark);
  percentDecode(rawPath); // refuses malformed escapes
  return {
    method: message.method ?? '',
    rawPath,
    query: mark === -1 ? [] : parseQuery(url.slice(mark + 1)),
    headers: readHeaders(message.rawHeaders),
    remoteAddress: (message.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
  };
}

/** Reads the body. A body that is too long is read to its end before it is refused: a client that is still sending would not read the response. */
export function readBody(message: Readable, maxBytes: number = MAX_BODY_BYTES): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const fail = (): void => {
      // The client does not receive this error, but `calls` records the request as refused.
      if (!message.readableEnded) reject(new AwsError('IncompleteBody', 400, 'The connection was closed before the end of the body.'));
    };
    message.on('error', fail).on('close', fail);
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else chunks.length = 0;
    });
    message.on('end', () => {
      if (size <= maxBytes) resolve(Buffer.concat(chunks));
      else reject(new AwsError('EntityTooLarge', 400, 'Your proposed upload exceeds the maximum allowed size.'));
    });
  });
}

/** Parses a query string without its `?`. Refuses a repeated name, also in another case or encoding. */
export function parseQuery(text: string): QueryParameter[] {
  if (text === '') return [];
  const seen = new Set<string>();
  return text.split('&').map((piece) => {
    // Form parsers read `+` as a space, SigV4 signers as a plus sign.
    if (piece === '' || piece.includes('+')) throw new AwsError('InvalidURI', 400, "Couldn't parse the specified URI: ambiguous query.");
    const equals = piece.indexOf('=');
    const name = percentDecode(equals === -1 ? piece : piece.slice(0, equals));
    const value = equals === -1 ? '' : percentDecode(piece.slice(equals + 1));
    // AWS treats `X-Amz-Signature` and `x-amz-signature` as one parameter. No service has two parameters that differ only in case.
    if (name === '' || seen.has(name.toLowerCase()))
      throw new AwsError('InvalidArgument', 400, 'A query parameter has no name, or occurs more than once.');
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
