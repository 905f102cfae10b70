/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 hands the rejection of a handler to its error middleware */
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tenantCredentials } from '@tenant-aws/express';
import express from 'express';
import { expect, it } from 'vitest';
import { notesAws } from '../support/local-aws-per-file.ts';
import { assumesOf } from '../support/notes-aws.ts';

const CALLERS = 1_000;

const aws = notesAws();

it('makes one AssumeRole for 1,000 concurrent first requests of one tenant, and fails none of the others if the first is aborted', {
  timeout: 60_000,
}, async () => {
  const middleware = tenantCredentials({ assumeTimeoutMs: 60_000 });
  await middleware.ready(); // loads the keys: from here on, a request only waits for STS
  let arrived = 0;
  const firstArrived = Promise.withResolvers<void>();
  const allArrived = Promise.withResolvers<void>();
  const firstClosed = Promise.withResolvers<void>();
  const app = express()
    .use((req, _res, next) => {
      arrived += 1;
      if (arrived === 1) {
        req.socket.once('close', () => firstClosed.resolve());
        firstArrived.resolve();
      }
      if (arrived === CALLERS) allArrived.resolve();
      next();
    })
    .use(middleware)
    .get('/', async (req, res) => void res.end((await req.tenantAws.credentials()).accessKeyId));
  const server = createServer(app).listen({ port: 0, host: '127.0.0.1', backlog: CALLERS });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const authorization = `Bearer ${await aws.issuer.token({ tenant: 'acme' })}`;
  const agent = new Agent({ maxSockets: CALLERS });
  const send = () => request({ port, host: '127.0.0.1', agent, headers: { authorization } }).end();

  // STS does not respond until all requests wait for it.
  aws.faults.sts({ hang: true, times: 1 });
  const first = send().on('error', () => undefined);
  await firstArrived.promise;
  const others = Array.from({ length: CALLERS - 1 }, () => responseTo(send()));
  await allArrived.promise;
  first.destroy();
  await firstClosed.promise;
  aws.faults.clear();
  const responses = await Promise.all(others);

  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(responses.map(({ text }) => text)).size).toBe(1);
  expect(assumesOf(aws)).toHaveLength(1);
  agent.destroy();
  await new Promise((closed) => server.close(closed));
  await middleware.close();
});

async function responseTo(sent: ReturnType<typeof request>): Promise<{ status: number | undefined; text: string }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => sent.once('response', resolve).once('error', reject));
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, text };
}
