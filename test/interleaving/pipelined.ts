import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** One of several requests that are written to a socket before any response is read. */
export interface PipelinedRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly token: string;
  readonly body?: string;
}

export interface PipelinedResponse {
  readonly status: number;
  readonly text: string;
}

/** Writes all requests to one socket before it reads, and returns the responses in order. */
export async function sendPipelined(url: string, requests: readonly PipelinedRequest[]): Promise<PipelinedResponse[]> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(requests.map((request, index) => textOf(request, index === requests.length - 1)).join(''));
  return parseResponses(await buffer(socket));
}

function textOf({ method, path, token, body }: PipelinedRequest, last: boolean): string {
  const entity = body === undefined ? [] : ['Content-Type: application/octet-stream', `Content-Length: ${Buffer.byteLength(body)}`];
  const head = [
    `${method} ${path} HTTP/1.1`,
    'Host: localhost',
    `Authorization: Bearer ${token}`,
    `Connection: ${last ? 'close' : 'keep-alive'}`,
    ...entity,
  ];
  return `${head.join('\r\n')}\r\n\r\n${body ?? ''}`;
}

function parseResponses(bytes: Buffer): PipelinedResponse[] {
  const responses: PipelinedResponse[] = [];
  for (let at = 0; at < bytes.length; ) {
    const bodyAt = bytes.indexOf('\r\n\r\n', at) + 4;
    const head = bytes.toString('latin1', at, bodyAt);
    const chunked = /^transfer-encoding: chunked/im.test(head);
    const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
    const { text, end } = chunked
      ? readChunks(bytes, bodyAt)
      : { text: bytes.toString('utf8', bodyAt, bodyAt + length), end: bodyAt + length };
    responses.push({ status: Number(head.slice(9, 12)), text });
    at = end;
  }
  return responses;
}

function readChunks(bytes: Buffer, start: number): { readonly text: string; readonly end: number } {
  const chunks: Buffer[] = [];
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const dataAt = lineEnd + 2;
    if (!(size > 0)) return { text: Buffer.concat(chunks).toString(), end: dataAt + 2 };
    chunks.push(bytes.subarray(dataAt, dataAt + size));
    at = dataAt + size + 2;
  }
}
