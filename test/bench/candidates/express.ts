import { createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { tenantCredentials } from '@tenant-aws/express';
import express, { type RequestHandler } from 'express';
import { auth } from 'express-oauth2-jwt-bearer';
import passport from 'passport';
import type { Candidates } from './candidate.ts';
import { floor } from './floor.ts';
import { passportJwt } from './passport-jwt.ts';

export const candidates: Candidates = {
  bare: () => serve(),
  floor: () => serve(floorMiddleware()),
  // The options are in the environment, as documented.
  ours: () => serve(tenantCredentials()),
  'ours, eager: false': () => serve(tenantCredentials({ eager: false })),
  'passport-jwt, PEM': (issuer) => {
    passport.use(passportJwt(issuer, issuer.publicKey));
    return serve(passport.authenticate('jwt', { session: false }));
  },
  'passport-jwt, KeyObject': (issuer) => {
    passport.use(passportJwt(issuer, createPublicKey(issuer.publicKey)));
    return serve(passport.authenticate('jwt', { session: false }));
  },
  'express-oauth2-jwt-bearer': ({ url, audience }) => serve(auth({ issuerBaseURL: url, audience })),
};

function floorMiddleware(): RequestHandler {
  const { context, enter } = floor();
  return function floorMiddleware(req, _res, next) {
    context.run(enter(req.headers.authorization), next);
  };
}

async function serve(...middleware: RequestHandler[]): Promise<Server> {
  const app = express();
  for (const each of middleware) app.use(each);
  app.get('/', (_req, res) => {
    res.json({ ok: true });
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
