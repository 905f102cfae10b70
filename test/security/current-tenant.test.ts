import { createServer, type RequestListener } from 'node:http';
import { tenantCredentials as expressTenants } from '@tenant-aws/express';
import { tenantCredentials as koaTenants } from '@tenant-aws/koa';
import type { LocalAws } from '@tenant-aws/local';
import express, { type RequestHandler } from 'express';
import Koa from 'koa';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { enterEnvironment, startNotesAws } from '../notes-aws.ts';
import { addressOf, CALLS_OF_MIXED_WORK, crossings, mixedAnswer, mixedWork } from './mixed-work.ts';

const TENANTS = 50;
const REQUESTS = 500;

let aws: LocalAws;
let leaveEnvironment: () => void;
beforeAll(async () => {
  aws = await startNotesAws();
  leaveEnvironment = enterEnvironment(aws);
});
afterAll(async () => {
  leaveEnvironment();
  await aws.close();
});
beforeEach(() => {
  aws.calls.length = 0;
});

interface Made {
  readonly listener: RequestListener;
  close(): Promise<void>;
}

const frameworks: readonly (readonly [string, () => Made])[] = [
  [
    'Express',
    () => {
      const tenants = expressTenants();
      const handler: RequestHandler = (req, res, next) => void mixedWork(String(req.params['id'])).then((read) => res.json(read), next);
      return { listener: express().use(tenants).get('/:id', handler), close: () => tenants.close() };
    },
  ],
  [
    'Koa',
    () => {
      const tenants = koaTenants();
      const app = new Koa().use(tenants).use(async (ctx) => {
        ctx.body = await mixedWork(ctx.path.slice(1));
      });
      const answer = app.callback();
      return { listener: (req, res) => void answer(req, res), close: () => tenants.close() };
    },
  ],
];

describe.each(frameworks)('%s', (_name, make) => {
  it(`signs every call of ${REQUESTS} interleaved requests of ${TENANTS} tenants as the current tenant`, { timeout: 120_000 }, async () => {
    const made = make();
    const server = createServer(made.listener).listen(0, '127.0.0.1');
    const url = await addressOf(server);
    const tokens = await Promise.all(Array.from({ length: TENANTS }, (_, index) => aws.issuer.token({ tenant: `tenant-${index}` })));
    const sent = Array.from({ length: REQUESTS }, (_, index) => ({ tenant: index % TENANTS, id: `note-${index}` }));

    const answers = await Promise.all(
      sent.map(async ({ tenant, id }) => {
        const response = await fetch(`${url}/${id}`, { headers: { authorization: `Bearer ${tokens[tenant]}` } });
        return response.json();
      }),
    );
    await new Promise((closed) => server.close(closed));
    await made.close();

    expect(answers).toEqual(sent.map(({ tenant, id }) => mixedAnswer(`tenant-${tenant}`, id)));
    expect(crossings(aws)).toEqual([]);
    expect(aws.calls.filter(({ service }) => service !== 'sts')).toHaveLength(REQUESTS * CALLS_OF_MIXED_WORK);
  });
});
