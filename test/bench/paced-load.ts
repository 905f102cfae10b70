// Sends requests at a fixed rate, whether or not the earlier ones have been answered. autocannon with `overallRate` sends those of
// a second in one burst, and then waits for the next second: its latencies would be those of a saturated server.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { answerParent } from './child.ts';

export interface PacedOrder {
  readonly port: number;
  readonly authorization: string;
  readonly requestsPerSecond: number;
  readonly seconds: number;
  readonly connections: number;
}

/** Latencies in microseconds, each from the time at which the request was due: a request that waits for a slow server counts. */
export interface PacedResult {
  readonly p50: number;
  readonly p99: number;
}

answerParent({}, async ({ port, authorization, requestsPerSecond, seconds, connections }: PacedOrder): Promise<PacedResult> => {
  const request = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: ${authorization}\r\n\r\n`;
  const latencies = new Float64Array(Math.floor(requestsPerSecond * seconds));
  const waiting: number[] = [];
  const idle: Socket[] = [];
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
  let [next, answered] = [0, 0];
  await new Promise<void>((resolve, reject) => {
    const started = performance.now();
    const dueAt = (index: number): number => started + (index * 1_000) / requestsPerSecond;
    const send = (socket: Socket): void => {
      const index = waiting.shift();
      if (index === undefined) idle.push(socket);
      else exchange(socket, request, () => answer(socket, index), reject);
    };
    const answer = (socket: Socket, index: number): void => {
      latencies[index] = (performance.now() - dueAt(index)) * 1_000;
      answered += 1;
      if (answered === latencies.length) resolve();
      else send(socket);
    };
    const tick = (): void => {
      const now = performance.now();
      for (; next < latencies.length && dueAt(next) <= now; next += 1) {
        waiting.push(next);
        const socket = idle.pop();
        if (socket) send(socket);
      }
      if (next < latencies.length) setImmediate(tick); // a timer would be late by up to a millisecond
    };
    for (const socket of sockets) send(socket);
    tick();
  });
  for (const socket of sockets) socket.destroy();
  latencies.sort();
  return { p50: at(latencies, 0.5), p99: at(latencies, 0.99) };
});

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true }).setEncoding('latin1');
  await once(socket, 'connect');
  return socket;
}

/** One request and its response, which has a Content-Length. */
function exchange(socket: Socket, request: string, onEnd: () => void, onError: (error: Error) => void): void {
  let received = '';
  const onData = (chunk: string): void => {
    received += chunk;
    const head = received.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(received)?.[1]);
    if (!received.startsWith('HTTP/1.1 200 ') || Number.isNaN(length)) onError(new Error(`The response was: ${received.slice(0, head)}`));
    if (received.length < head + 4 + length) return;
    socket.off('data', onData);
    onEnd();
  };
  socket.on('data', onData).write(request);
}

function at(sorted: Float64Array, share: number): number {
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}
