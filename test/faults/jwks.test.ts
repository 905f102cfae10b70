import type { RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { bearerToken } from '@tenant-aws/core';
import { problemDetails, tenantCredentials } from '@tenant-aws/express';
import express, { type Express } from 'express';
import request from 'supertest';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listen, type Listening } from '../support/loopback.ts';
import { localAws, machineFor } from './ground.ts';
import { Proxy } from './proxy.ts';

/** How long a key set may take to come. */
const LIMIT_MS = 30_000;

const aws = localAws();
let token: string;
let keySet: string;
beforeAll(async () => {
  token = await aws.issuer.token({ tenant: 'acme' });
  const discovery = await fetch(`${aws.issuer.url}/.well-known/openid-configuration`);
  keySet = await (await fetch(String(Object(await discovery.json())['jwks_uri']))).text();
});

/** A key server in front of whose answers stands a proxy. */
let server: Listening;
let proxy: Proxy;
let answer: RequestListener;
let asked = 0;
beforeEach(async () => {
  asked = 0;
  answer = good;
  server = await listen((req, res) => {
    asked += 1;
    answer(req, res);
  });
  proxy = await Proxy.start(server.url);
});
afterEach(async () => {
  await proxy.close();
  await server.close();
});

const good: RequestListener = (_req, res) => void res.writeHead(200, { 'content-type': 'application/json' }).end(keySet);

/** The way of a user's request: real tokens, a real gate, a real machine; only the keys come over the bad line. */
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

function ask(app: Express, bearer = token): request.Test {
  return request(app).get('/').auth(bearer, { type: 'bearer' });
}

/** As a client does that obeys Retry-After. */
async function askPatiently(app: Express): Promise<number> {
  for (;;) {
    const { status, headers } = await ask(app);
    if (status !== 503) return status;
    await sleep(Number(headers['retry-after']) * 1_000);
  }
}

const flood = Buffer.alloc(65_536, ' ');

describe('a key server in trouble', () => {
  it.each<{ name: string; weather?: Parameters<Proxy['become']>[0]; answer?: RequestListener }>([
    { name: 'is dead', weather: { refuse: true } },
    { name: 'resets', weather: { resetAfterBytes: 0 } },
    { name: 'cuts its answer', weather: { cutAfterBytes: 300 } },
    { name: 'drips', weather: { dripMs: 1_000 } },
    { name: 'hangs', weather: { hang: true } },
    { name: 'redirects', answer: (_req, res) => void res.writeHead(302, { location: `${aws.issuer.url}/jwks` }).end() },
    { name: 'answers 500', answer: (_req, res) => void res.writeHead(500).end('broken') },
    { name: 'answers HTML', answer: (_req, res) => void res.writeHead(200, { 'content-type': 'text/html' }).end('<html>') },
    { name: 'answers no key set', answer: (_req, res) => void res.writeHead(200).end('{"keys":"none"}') },
    {
      name: 'answers 10 MiB',
      answer: (_req, res) => {
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
    'is a 503 with Retry-After and no 401 where it $name, and the client is served when it has recovered',
    { timeout: LIMIT_MS },
    async (trouble) => {
      await withApp(async (app) => {
        if (trouble.weather) await proxy.become(trouble.weather);
        if (trouble.answer) answer = trouble.answer;
        const response = await ask(app);
        expect(response.status).toBe(503);
        expect(response.body).toMatchObject({ code: 'keys_unavailable' });
        expect(Number(response.headers['retry-after'])).toBeGreaterThanOrEqual(1);
        expect(aws.calls).toEqual([]);

        await proxy.become({});
        answer = good;
        expect(await askPatiently(app)).toBe(200);
        aws.calls.length = 0;
      });
    },
  );

  it('is not seen by those whose keys are known, whatever unknown keys others name', async () => {
    await withApp(async (app) => {
      expect((await ask(app)).status).toBe(200);
      await proxy.become({ refuse: true });
      const [head, payload, signature] = token.split('.');
      const foreign = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'nobody-knows' })).toString('base64url');
      expect(head).not.toBe(foreign);
      for (let attempt = 0; attempt < 20; attempt += 1) {
        const unknown = await ask(app, `${foreign}.${payload}.${signature}`);
        expect([401, 503]).toContain(unknown.status);
        // A second token of the same key: known by no cache of tokens, judged by the key that is kept.
        expect((await ask(app, await aws.issuer.token({ tenant: 'globex' }))).status).toBe(200);
      }
      expect(asked).toBeLessThanOrEqual(3);
    });
  });
});
