import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { notesAws } from '../support/local-aws-per-file.ts';
import { candidates as express } from './candidates/express.ts';
import { candidates as koa } from './candidates/koa.ts';
import { candidates as nestExpress } from './candidates/nest-express.ts';
import { candidates as nestFastify } from './candidates/nest-fastify.ts';
import { candidates as sts } from './candidates/sts.ts';
import { issuerOf } from './issuer.ts';
import { benchToken } from './token.ts';

const aws = notesAws();

/** These candidates do not authenticate, or have no answer for an invalid token. */
const open = new Set(['bare', 'floor', 'AssumeRole per request', 'fromTemporaryCredentials per tenant']);

describe.each(Object.entries({ express, koa, nestExpress, nestFastify, sts }))('%s', (_framework, candidates) => {
  it.each(Object.entries(candidates))(
    'serves a request with a token; refuses one without it, if it authenticates: %s',
    async (name, start) => {
      const server = await start(await issuerOf(aws));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      try {
        const served = await fetch(url, { headers: { authorization: `Bearer ${await benchToken(aws.issuer, 'acme')}` } });
        expect({ status: served.status, body: await served.json() }).toEqual({ status: 200, body: { ok: true } });
        if (open.has(name)) return;
        const refused = await fetch(url);
        expect(refused.status).toBe(401);
        await refused.body?.cancel();
      } finally {
        server.close();
        server.closeAllConnections();
        await once(server, 'close');
      }
    },
  );
});

describe('benchToken', () => {
  it('has the length of the tokens that the README names', async () => {
    for (const tenant of ['acme', 'tenant-999']) {
      const { length } = await benchToken(aws.issuer, tenant);
      expect(length).toBeGreaterThanOrEqual(1_227);
      expect(length).toBeLessThanOrEqual(1_229);
    }
  });
});
