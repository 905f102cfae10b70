import { RequestMethod } from '@nestjs/common';
import { exchangeOf, type HttpExchange, runForRequest, runInTenantContext } from '@tenant-aws/core';
import type { HttpAdapterHost } from '@nestjs/core';

/** Node's own object, or Fastify's with Node's as `raw`. */
type Wrapped<T> = T & { readonly raw?: T };
type HttpRequest = Wrapped<HttpExchange['request']>;
type HttpResponse = Wrapped<HttpExchange['response']>;
type Next = () => unknown;

/** Middleware that creates the context of a request before its tenant is known. The guard sets the tenant in it later. */
export function openRequestContext(request: HttpRequest, response: HttpResponse, next: Next): void {
  runForRequest({ request: request.raw ?? request, response: response.raw ?? response }, { purpose: 'request' }, next);
}

type HttpAdapter = HttpAdapterHost['httpAdapter'];

/** The methods of an adapter that register routes: `get`, `post`, `all` and the others of this version of Nest. */
const ROUTES = Object.keys(RequestMethod).map((name) => name.toLowerCase());

/**
 * Makes every route that is registered after this call run in the context of its own request. Without this, a middleware of the
 * application could continue a request in another request's context: a limiter, or a store with callbacks over one connection.
 */
export function keepRequestContext(adapter: HttpAdapter): void {
  if (adapter.getType() === 'fastify') {
    adapter.getInstance<FastifyHooks>().addHook('preHandler', (request, _reply, done) => runInOwnContext(request, done));
    return;
  }
  for (const name of ROUTES) {
    const register: unknown = Reflect.get(adapter, name);
    if (typeof register !== 'function') continue;
    const bind = (arg: unknown): unknown => (isHandler(arg) ? inOwnContext(arg) : arg);
    Reflect.set(adapter, name, (...args: unknown[]): unknown => Reflect.apply(register, adapter, args.map(bind)));
  }
}

/** Does the same for Express middleware that is registered after this call. On Fastify the hook covers all routes. */
export function keepMiddlewareContext(adapter: HttpAdapter | undefined): void {
  if (adapter?.getType() === 'express')
    adapter.use((request: HttpRequest, _response: unknown, next: Next) => runInOwnContext(request, next));
}

interface FastifyHooks {
  addHook(name: 'preHandler', hook: (request: HttpRequest, reply: unknown, done: () => void) => void): void;
}

type Handler = (request: HttpRequest, response: unknown, next: Next) => unknown;
type ErrorHandler = (error: unknown, request: HttpRequest, response: unknown, next: Next) => unknown;

function isHandler(arg: unknown): arg is Handler | ErrorHandler {
  return typeof arg === 'function';
}

/** Express recognizes an error handler by its four parameters. */
function isErrorHandler(handler: Handler | ErrorHandler): handler is ErrorHandler {
  return handler.length === 4;
}

function inOwnContext(handler: Handler | ErrorHandler): Handler | ErrorHandler {
  if (isErrorHandler(handler))
    return (error: unknown, request: HttpRequest, response: unknown, next: Next) =>
      runInOwnContext(request, () => handler(error, request, response, next));
  return (request: HttpRequest, response: unknown, next: Next) => runInOwnContext(request, () => handler(request, response, next));
}

function runInOwnContext<T>(request: HttpRequest, fn: () => T): T {
  const exchange = exchangeOf(request.raw ?? request);
  return exchange ? runInTenantContext(exchange.context, fn) : fn();
}
