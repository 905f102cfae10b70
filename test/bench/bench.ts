/* oxlint-disable unicorn/require-post-message-target-origin -- a worker thread has no origin */
// Measures the cost of the middleware in one run: the ratios are reliable, the absolute numbers are not.
//   node --conditions=source test/bench/bench.ts [--requests 20000]
import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { S3Client } from '@aws-sdk/client-s3';
import { bearerToken } from '@tenant-aws/core';
import { tenantCredentials } from '@tenant-aws/express';
import type { LocalAws } from '@tenant-aws/local';
import express, { type Express, type RequestHandler } from 'express';
import passport from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { identityOf, machineFor } from '../faults/machine.ts';
import { nodeFlags } from '../support/node-flags.ts';
import { startNotesAws } from '../support/notes-aws.ts';
import type { LoadOrder } from './load-worker.ts';

const ROUNDS = 5;
const CONCURRENCY = 50;
const { values } = parseArgs({ options: { requests: { type: 'string', default: '20000' } } });
const requests = Math.ceil(Number(values.requests) / ROUNDS);

const aws = await startNotesAws();
const tvm = machineFor(aws);
const identity = bearerToken({ issuer: aws.issuer.url, audience: aws.issuer.audience });
const authorization = `Bearer ${await aws.issuer.token({ tenant: 'acme', expiresInSeconds: 3_600 })}`;

const apps: Record<string, Express> = {
  'bare Express': appOf(),
  'Express with tenantCredentials, warm': appOf(tenantCredentials({ tvm, identity })),
  'Express with passport-jwt as documented': appOf(await passportJwt(aws)),
};

const worker = new Worker(new URL('./load-worker.ts', import.meta.url), { execArgv: [...nodeFlags] });
const servers: Server[] = [];
const rates = new Map<string, number[]>();
for (const [name, app] of Object.entries(apps)) {
  const server = app.listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  await sendLoad({ port: portOf(server), authorization, requests: 2_000, concurrency: CONCURRENCY });
  rates.set(name, []);
}
// Alternates between the apps, so that other load on the machine affects all of them.
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [index, name] of Object.keys(apps).entries()) {
    const ms = await sendLoad({ port: portOf(servers[index]), authorization, requests, concurrency: CONCURRENCY });
    rates.get(name)?.push((requests / ms) * 1_000);
  }
}
const bare = medianOf(rates.get('bare Express') ?? []);
for (const [name, measured] of rates) {
  const rate = medianOf(measured);
  console.log(`${name.padEnd(44)} ${String(Math.round(rate)).padStart(7)} requests/s   ${(rate / bare).toFixed(2)} of bare Express`);
}

const acme = identityOf('acme');
const tenantAws = tvm.for(acme);
await report('vend, cached', () => tvm.vend(tenantAws.identity));
await report('vend of a new identity', () => tvm.vend(identityOf('acme')));
await report('credentials(), cached', () => tenantAws.credentials());
await report('client(S3Client), cached', () => tenantAws.client(S3Client));

await worker.terminate();
for (const server of servers) {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
}
identity.close?.();
await tvm.close();
await aws.close();

function appOf(...middleware: RequestHandler[]): Express {
  const app = express().disable('x-powered-by');
  for (const each of middleware) app.use(each);
  return app.get('/', (_req, res) => void res.json({ ok: true }));
}

/** As documented by passport-jwt: the key as PEM, the extractor for the header, a verify callback. */
async function passportJwt({ issuer }: LocalAws): Promise<RequestHandler> {
  const discovery = (await (await fetch(`${issuer.url}/.well-known/openid-configuration`)).json()) as { jwks_uri: string };
  const { keys } = (await (await fetch(discovery.jwks_uri)).json()) as { keys: JsonWebKey[] };
  const pem = createPublicKey({ key: keys[0] ?? {}, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const options = {
    jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
    secretOrKey: String(pem),
    issuer: issuer.url,
    audience: issuer.audience,
    algorithms: ['RS256' as const],
  };
  passport.use(new Strategy(options, (payload: object, done: (error: null, user: object) => void) => done(null, payload)));
  return passport.authenticate('jwt', { session: false });
}

async function sendLoad(order: LoadOrder): Promise<number> {
  worker.postMessage(order);
  const [ms] = (await once(worker, 'message')) as [number];
  return ms;
}

async function report(name: string, work: () => unknown): Promise<void> {
  const times = 100_000;
  for (let index = 0; index < times / 10; index += 1) await work();
  const started = performance.now();
  for (let index = 0; index < times; index += 1) await work();
  console.log(`${name.padEnd(44)} ${(((performance.now() - started) / times) * 1_000).toFixed(2).padStart(7)} µs`);
}

function portOf(server: Server | undefined): number {
  const address = server?.address() as AddressInfo | null | undefined;
  if (!address) throw new Error('The server does not listen');
  return address.port;
}

function medianOf(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
