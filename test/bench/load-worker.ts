/* oxlint-disable unicorn/require-post-message-target-origin -- a worker thread has no origin */
import { Agent, request } from 'node:http';
import { parentPort } from 'node:worker_threads';

/** The load to send, and the port to send it to. */
export interface LoadOrder {
  readonly port: number;
  readonly authorization: string;
  readonly requests: number;
  readonly concurrency: number;
}

const agent = new Agent({ keepAlive: true });

/** Runs in its own thread, so that the cost of sending is not measured as the cost of serving. */
parentPort?.on('message', (order: LoadOrder) => {
  void sendLoad(order).then((ms) => parentPort?.postMessage(ms));
});

async function sendLoad({ port, authorization, requests, concurrency }: LoadOrder): Promise<number> {
  let remaining = requests;
  const started = performance.now();
  const sendInTurn = async (): Promise<void> => {
    while (remaining > 0) {
      remaining -= 1;
      await sendOne(port, authorization);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, sendInTurn));
  return performance.now() - started;
}

function sendOne(port: number, authorization: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', agent, headers: { authorization } }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`The response was ${response.statusCode}`));
      response.resume().on('end', resolve);
    });
    sent.on('error', reject).end();
  });
}
