import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Server sockets of connections on loopback, as a server with keep-alive has them. */
export async function keepAliveSockets(count: number): Promise<Socket[]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets: Socket[] = [];
  for (let index = 0; index < count; index += 1) {
    connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [socket] = (await once(server, 'connection')) as [Socket];
    sockets.push(socket);
  }
  return sockets;
}

/** A request as Node's parser makes it. Its headers are parsed already: that is work of Node. */
export function requestOn(socket: Socket, token: string): IncomingMessage {
  const authorization = `Bearer ${token}`;
  const request = new IncomingMessage(socket);
  request.rawHeaders = ['Host', '127.0.0.1:3000', 'Connection', 'keep-alive', 'Accept', '*/*', 'Authorization', authorization];
  request.headers = { host: '127.0.0.1:3000', connection: 'keep-alive', accept: '*/*', authorization };
  request.headersDistinct = { host: ['127.0.0.1:3000'], connection: ['keep-alive'], accept: ['*/*'], authorization: [authorization] };
  return request;
}

/**
 * Requests for one round, in turn on these sockets. Work that is repeated more often uses them again: as many requests as
 * repetitions would no longer be in the caches of the CPU, where a request is that a server has just received.
 */
export function requestsOn(sockets: readonly Socket[], tokenAt: (index: number) => string): IncomingMessage[] {
  return Array.from({ length: POOL }, (_, index) => requestOn(sockets[index % sockets.length]!, tokenAt(index)));
}

/** A multiple of no number of sockets or tokens: each time that a request is used again, the request before it on its socket is another. */
export const POOL = 1_009;
