import type { RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { bearerToken } from '@tenant-aws/core';
import { problemDetails, tenantCredentials } from '@tenant-aws/express';
import express, { type Express } from 'express';
import request from 'supertest';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listen, type Listening } from '../support/loopback.ts';
import { localAws, machineFor } from './machine.ts';
import { Proxy, type ProxyFaults } from './proxy.ts';

/** Includes the retries of the client. */
const LIMIT_MS = 30_000;

const aws = localAws();
let token: string;
let keySet: string;
beforeAll(async () => {
  token = await aws.issuer.token({ tenant: 'acme' });
  const discovery = await fetch(`${aws.issuer.url}/.well-known/openid-configuration`);
  keySet = await (await fetch(String(Object(await discovery.json())['jwks_uri']))).text();
});

/** A key server behind a proxy. */
let server: Listening;
let proxy: Proxy;
let respond: RequestListener;
let requests = 0;
beforeEach(async () => {
  requests = 0;
  respond = good;
  server = await listen((req, res) => {
    requests += 1;
    respond(req, res);
  });
  proxy = await Proxy.start(server.url);
});
afterEach(async () => {
  await proxy.close();
  await server.close();
});

const good: RequestListener = (_req, res) => void res.writeHead(200, { 'content-type': 'application/json' }).end(keySet);

/** An application with real tokens, a real gate and a real machine. Only the requests for keys go through the proxy. */
async function withApp(use: (app: Express) => Promise<void>): Promise<void> {
  await using tvm = machineFor(aws);
  const identity = bearerToken({ issuer: aws.issuer.url, audience: aws.issuer.audience, jwksUri: `${proxy.url}/keys` });
  const app = express()
    .use(tenantCredentials({ tvm, identity }))
    .get('/', (req, res) => void res.json({ tenant: req.tenantAws.tenantId }))
    .use(problemDetails());
  try {
    await use(app);
  } finally {
    identity.close?.();
  }
}

function send(app: Express, bearer = token): request.Test {
  return request(app).get('/').auth(bearer, { type: 'bearer' });
}

/** A client that obeys Retry-After. */
async function sendWithRetries(app: Express): Promise<number> {
  for (;;) {
    const { status, headers } = await send(app);
    if (status !== 503) return status;
    await sleep(Number(headers['retry-after']) * 1_000);
  }
}

const flood = Buffer.alloc(65_536, ' ');

describe('a faulty key server', () => {
  it.each<{ name: string; proxyFaults?: ProxyFaults; respond?: RequestListener }>([
    { name: 'refuses connections', proxyFaults: { refuse: true } },
    { name: 'resets', proxyFaults: { resetAfterBytes: 0 } },
    { name: 'closes within the response', proxyFaults: { cutAfterBytes: 300 } },
    { name: 'drips', proxyFaults: { dripMs: 1_000 } },
    { name: 'hangs', proxyFaults: { hang: true } },
    { name: 'redirects', respond: (_req, res) => void res.writeHead(302, { location: `${aws.issuer.url}/jwks` }).end() },
    { name: 'answers 500', respond: (_req, res) => void res.writeHead(500).end('broken') },
    { name: 'answers HTML', respond: (_req, res) => void res.writeHead(200, { 'content-type': 'text/html' }).end('<html>') },
    { name: 'answers with invalid JWKS', respond: (_req, res) => void res.writeHead(200).end('{"keys":"none"}') },
    {
      name: 'answers 10 MiB',
      respond: (_req, res) => {
        res.writeHead(200, { 'content-type': 'application/json' });
        let sent = 0;
        const more = (): void => {
          for (; sent < 10_485_760; sent += flood.length) if (!res.write(flood)) return void res.once('drain', more);
          res.end(keySet);
        };
        more();
      },
    },
  ])(
    'causes 503 with Retry-After and never 401 if it $name, and clients are served after it has recovered',
    { timeout: LIMIT_MS },
    async (fault) => {
      await withApp(async (app) => {
        if (fault.proxyFaults) await proxy.setFaults(fault.proxyFaults);
        if (fault.respond) respond = fault.respond;
        const response = await send(app);
        expect(response.status).toBe(503);
        expect(response.body).toMatchObject({ code: 'keys_unavailable' });
        expect(Number(response.headers['retry-after'])).toBeGreaterThanOrEqual(1);
        expect(aws.calls).toEqual([]);

        await proxy.setFaults({});
        respond = good;
        expect(await sendWithRetries(app)).toBe(200);
        aws.calls.length = 0;
      });
    },
  );

  it('does not affect tokens of known keys, while other tokens name unknown keys', async () => {
    await withApp(async (app) => {
      expect((await send(app)).status).toBe(200);
      await proxy.setFaults({ refuse: true });
      const [head, payload, signature] = token.split('.');
      const foreign = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'unknown' })).toString('base64url');
      expect(head).not.toBe(foreign);
      for (let attempt = 0; attempt < 20; attempt += 1) {
        const unknown = await send(app, `${foreign}.${payload}.${signature}`);
        expect([401, 503]).toContain(unknown.status);
        // A new token of the known key: it is not in the token cache, and is verified with the cached key.
        expect((await send(app, await aws.issuer.token({ tenant: 'globex' }))).status).toBe(200);
      }
      expect(requests).toBeLessThanOrEqual(3);
    });
  });
});
