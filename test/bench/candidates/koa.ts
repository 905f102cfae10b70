import { once } from 'node:events';
import type { Server } from 'node:http';
import { tenantCredentials } from '@tenant-aws/koa';
import Koa, { type Middleware } from 'koa';
import jwt from 'koa-jwt';
import type { Candidates } from './candidate.ts';
import { floor } from './floor.ts';

export const candidates: Candidates = {
  bare: () => serve(),
  floor: () => serve(floorMiddleware()),
  ours: () => serve(tenantCredentials()),
  'ours, eager: false': () => serve(tenantCredentials({ eager: false })),
  'koa-jwt': ({ url, audience, publicKey }) => serve(jwt({ secret: publicKey, issuer: url, audience, algorithms: ['RS256'] })),
};

function floorMiddleware(): Middleware {
  const { context, enter } = floor();
  return function floorMiddleware(ctx, next) {
    return context.run(enter(ctx.headers.authorization), next);
  };
}

async function serve(...middleware: Middleware[]): Promise<Server> {
  const app = new Koa();
  for (const each of middleware) app.use(each);
  app.use((ctx) => {
    ctx.body = { ok: true };
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
