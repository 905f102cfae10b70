import { RequestMethod } from '@nestjs/common';
import { exchangeOf, type HttpExchange, runForRequest, runInTenantContext } from '@tenant-aws/core';
import type { HttpAdapterHost } from '@nestjs/core';

/** Node's own object, or Fastify's around it. */
type Wrapped<T> = T & { readonly raw?: T };
type HttpRequest = Wrapped<HttpExchange['request']>;
type HttpResponse = Wrapped<HttpExchange['response']>;
type Next = () => unknown;

/** Middleware that opens the context of a request before its tenant is known; the guard sets the tenant in it. */
export function openRequestContext(request: HttpRequest, response: HttpResponse, next: Next): void {
  runForRequest({ request: request.raw ?? request, response: response.raw ?? response }, { purpose: 'request' }, next);
}

type HttpAdapter = HttpAdapterHost['httpAdapter'];

/** The functions of an adapter that register routes: `get`, `post`, `all` and the others of this version of Nest. */
const ROUTES = Object.keys(RequestMethod).map((name) => name.toLowerCase());

/**
 * Makes every route that is registered from now on run in the context of its own request. A middleware of the application
 * may have continued the request from another request's context: a store with callbacks over one connection, a limiter.
 */
export function keepRequestContext(adapter: HttpAdapter): void {
  if (adapter.getType() === 'fastify') {
    adapter.getInstance<FastifyHooks>().addHook('preHandler', (request, _reply, done) => inOwnContext(request, done));
    return;
  }
  for (const name of ROUTES) {
    const register: unknown = Reflect.get(adapter, name);
    if (typeof register !== 'function') continue;
    const keep = (...args: unknown[]): unknown =>
      Reflect.apply(
        register,
        adapter,
        args.map((arg) => (isHandler(arg) ? keeping(arg) : arg)),
      );
    Reflect.set(adapter, name, keep);
  }
}

/** The same for middleware that is registered from now on, of Express; Fastify's hook covers all of its routes. */
export function keepMiddlewareContext(adapter: HttpAdapter | undefined): void {
  if (adapter?.getType() === 'express') adapter.use(keeping((_request, _response, next) => next()));
}

interface FastifyHooks {
  addHook(name: 'preHandler', hook: (request: HttpRequest, reply: unknown, done: () => void) => void): void;
}

type Handler = (request: HttpRequest, response: unknown, next: Next) => unknown;

function isHandler(arg: unknown): arg is Handler {
  return typeof arg === 'function';
}

function keeping(handler: Handler): Handler {
  return (request, response, next) => inOwnContext(request, () => handler(request, response, next));
}

function inOwnContext<T>(request: HttpRequest, fn: () => T): T {
  const exchange = exchangeOf(request.raw ?? request);
  return exchange ? runInTenantContext(exchange.context, fn) : fn();
}
