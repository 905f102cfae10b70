import type { IncomingMessage, ServerResponse } from 'node:http';
import { Passport } from 'passport';
import type { Strategy } from 'passport-jwt';
import { onTestFinished } from 'vitest';
import { listen } from '../../../../test/support/loopback.ts';
import type { TenantJwtStrategy } from '../../src/identity/tenant-jwt-strategy.ts';
import { sendJson } from './issuer-under-test.ts';

export type PassportMiddleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

interface Get {
  (headers: [string, string][]): Promise<{ status: number; headers: Headers; body: unknown }>;
  readonly url: string;
}

/** A Node server that responds with `request.user`, or with the error that passport passed on. It is closed after the test. */
export async function serve(authenticate: PassportMiddleware): Promise<Get> {
  const { url, close } = await listen((request, response) => {
    authenticate(request, response, (error) => {
      if (error === undefined) return sendJson(response, Reflect.get(request, 'user'));
      const { status, headers, code } = error as { status: number; headers: Record<string, string>; code: string };
      response.writeHead(status, headers).end(JSON.stringify({ code }));
    });
  });
  onTestFinished(close);
  const get = async (headers: [string, string][]) => {
    const response = await fetch(url, { headers });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text.startsWith('{') ? JSON.parse(text) : text };
  };
  return Object.assign(get, { url });
}

export function authenticateWith(strategy: Strategy | TenantJwtStrategy): PassportMiddleware {
  const passport = new Passport();
  passport.use(strategy);
  return passport.authenticate('jwt', { session: false }) as PassportMiddleware;
}

export function bearer(token: string): [string, string][] {
  return [['authorization', `Bearer ${token}`]];
}
