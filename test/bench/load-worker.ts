/* oxlint-disable unicorn/require-post-message-target-origin -- a thread is no window */
import { Agent, request } from 'node:http';
import { parentPort } from 'node:worker_threads';

/** What to send, and where. */
export interface LoadOrder {
  readonly port: number;
  readonly authorization: string;
  readonly requests: number;
  readonly concurrency: number;
}

const agent = new Agent({ keepAlive: true });

/** In a thread of its own: what it costs to send must not count as what it costs to serve. */
parentPort?.on('message', (order: LoadOrder) => {
  void play(order).then((ms) => parentPort?.postMessage(ms));
});

async function play({ port, authorization, requests, concurrency }: LoadOrder): Promise<number> {
  let left = requests;
  const started = performance.now();
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await once(port, authorization);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return performance.now() - started;
}

function once(port: number, authorization: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', agent, headers: { authorization } }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`answered ${response.statusCode}`));
      response.resume().on('end', resolve);
    });
    sent.on('error', reject).end();
  });
}
