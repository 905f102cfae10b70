import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';

/** A server for HTTP/2 only, as Kinesis and Transcribe use it for their event streams. */
export interface EventServer extends AsyncDisposable {
  readonly url: string;
  /** The headers of all requests until now. */
  readonly requests: readonly IncomingHttpHeaders[];
  /** The number of connections until now. */
  readonly sessions: number;
}

/** @param respond writes the response; the headers are already sent */
export async function startEventServer(respond: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void): Promise<EventServer> {
  const requests: IncomingHttpHeaders[] = [];
  const open = new Set<ServerHttp2Stream>();
  let sessions = 0;
  const server = createServer();
  server.on('session', () => (sessions += 1));
  server.on('stream', (stream, headers) => {
    requests.push(headers);
    open.add(stream);
    stream.on('close', () => open.delete(stream)).on('error', () => undefined);
    stream.respond({ ':status': 200, 'content-type': 'application/vnd.amazon.eventstream' });
    respond(stream, headers);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get sessions() {
      return sessions;
    },
    async [Symbol.asyncDispose]() {
      for (const stream of open) stream.session?.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** One event in the encoding of AWS's event streams. */
export function eventOf(type: string, payload: object): Buffer {
  const headers = Buffer.concat(
    Object.entries({ ':message-type': 'event', ':event-type': type, ':content-type': 'application/json' }).map(([name, value]) =>
      Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([7, 0, value.length]), Buffer.from(value)]),
    ),
  );
  const body = Buffer.from(JSON.stringify(payload));
  const message = Buffer.alloc(16 + headers.length + body.length);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(headers.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  headers.copy(message, 12);
  body.copy(message, 12 + headers.length);
  message.writeUInt32BE(crc32(message.subarray(0, -4)), message.length - 4);
  return message;
}
