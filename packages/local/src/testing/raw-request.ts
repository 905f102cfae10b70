import { type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';

/** A request whose path is sent as it is. `fetch` would resolve `..` in it. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
}

/** A response with its whole body. */
export interface RawResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends a request on a connection of its own, so that no idle connection remains. */
export function sendRaw(origin: string, { method, path, headers, body }: RawRequest): Promise<RawResponse> {
  const { protocol, hostname, port } = new URL(origin);
  const start = protocol === 'https:' ? httpsRequest : httpRequest;
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const host = hostname.replace(/^\[|\]$/g, '');
    const request = start({ host, port, method, path, agent: false, headers: { ...length, ...headers } }, (response) => {
      text(response).then((read) => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: read }), reject);
    });
    request.once('error', reject);
    request.end(body);
  });
}
