import { createPublicKey } from 'node:crypto';
import { tenantCredentials } from '@tenant-aws/express';
import type { RequestHandler } from 'express';
import { auth } from 'express-oauth2-jwt-bearer';
import passport from 'passport';
import type { Candidates } from './candidate.ts';
import { serveExpress } from './express-server.ts';
import { floor } from './floor.ts';
import { passportJwt } from './passport-jwt.ts';

export const candidates: Candidates = {
  bare: () => serveExpress(),
  floor: () => serveExpress(floorMiddleware()),
  // The options are in the environment, as documented.
  ours: () => serveExpress(tenantCredentials()),
  'ours, eager: false': () => serveExpress(tenantCredentials({ eager: false })),
  'passport-jwt, PEM': (issuer) => {
    passport.use(passportJwt(issuer, issuer.publicKey));
    return serveExpress(passport.authenticate('jwt', { session: false }));
  },
  'passport-jwt, KeyObject': (issuer) => {
    passport.use(passportJwt(issuer, createPublicKey(issuer.publicKey)));
    return serveExpress(passport.authenticate('jwt', { session: false }));
  },
  'express-oauth2-jwt-bearer': ({ url, audience }) => serveExpress(auth({ issuerBaseURL: url, audience })),
};

function floorMiddleware(): RequestHandler {
  const { context, enter } = floor();
  return function floorMiddleware(req, _res, next) {
    context.run(enter(req.headers.authorization), next);
  };
}
