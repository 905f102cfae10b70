import { type MiddlewareConsumer, RequestMethod } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { exchangeOf, type HttpExchange, runForRequest, runInTenantContext, tenantContext } from '@tenant-aws/core';
import { withMetadataOf } from './handler-metadata.ts';

/** Node's own object, or Fastify's with Node's as `raw`. */
type Wrapped<T> = T & { readonly raw?: T };
type HttpRequest = Wrapped<HttpExchange['request']>;
type HttpResponse = Wrapped<HttpExchange['response']>;
type Next = () => unknown;

/** Middleware that creates the context of a request before its tenant is known. The guard sets the tenant in it later. */
function openRequestContext(request: HttpRequest, response: HttpResponse, next: Next): void {
  runForRequest({ request: request.raw ?? request, response: response.raw ?? response }, { purpose: 'request' }, next);
}

type HttpAdapter = HttpAdapterHost['httpAdapter'];

/** The methods of an adapter that register routes: `get`, `post`, `all` and the others of this version of Nest. */
const ROUTES = Object.keys(RequestMethod).map((name) => name.toLowerCase());

/**
 * Opens the context of each request before middleware that is registered after this call, and makes each route that is
 * registered after this call run in the context of its own request. Without the second step, a middleware of the application
 * could continue a request in another request's context: a limiter, or a store with callbacks over one connection.
 */
export async function keepRequestContext(adapter: HttpAdapter, consumer: MiddlewareConsumer): Promise<void> {
  for (const name of ROUTES) {
    const register: unknown = Reflect.get(adapter, name);
    if (typeof register !== 'function') continue;
    const bind = (arg: unknown): unknown => (isHandler(arg) ? inOwnContext(arg) : arg);
    Reflect.set(adapter, name, (...args: unknown[]): unknown => Reflect.apply(register, adapter, args.map(bind)));
  }
  const type = adapter.getType();
  if (type === 'express') adapter.use(openRequestContext);
  else if (type === 'fastify') await addFastifyHooks(adapter);
  else consumer.apply(openRequestContext).forRoutes('{*path}');
}

/** Does the same for Express middleware that is registered after this call. On Fastify the hook covers all routes. */
export function keepMiddlewareContext(adapter: HttpAdapter | undefined): void {
  if (adapter?.getType() === 'express')
    adapter.use((request: HttpRequest, _response: unknown, next: Next) => runInOwnContext(request, next));
}

/** Hooks cost less than middleware, because `@fastify/middie` copies properties to each request that has middleware. */
async function addFastifyHooks(adapter: HttpAdapter): Promise<void> {
  const fastify = adapter.getInstance<Fastify>();
  fastify.addHook('onRequest', (request, reply, done) => {
    if (exchangeOf(request.raw)) runInOwnContext(request, done);
    else openRequestContext(request, reply, done);
  });
  // The routes of GraphQL are not registered by Nest.
  fastify.addHook('preHandler', (request, _reply, done) => runInOwnContext(request, done));
  await openBeforeMiddleware(adapter, fastify);
}

/**
 * The middleware of the application runs before hooks that are added now, because Nest has added the hook of `@fastify/middie`
 * already. So the first middleware that is registered brings the middleware that opens the context with it.
 */
async function openBeforeMiddleware(adapter: HttpAdapter, fastify: Fastify): Promise<void> {
  const use: unknown = Reflect.get(fastify, 'use');
  if (typeof use !== 'function') return; // with `skipMiddie`
  const register = await adapter.createMiddlewareFactory(RequestMethod.ALL);
  fastify.use = function (...args) {
    Reflect.set(fastify, 'use', use);
    register('/{*path}', openRequestContext);
    return Reflect.apply(use, this, args);
  };
}

interface FastifyRequest {
  readonly raw: HttpExchange['request'];
}

/** The used part of a Fastify instance. This package does not depend on `fastify`. */
interface Fastify {
  use?(...args: unknown[]): unknown;
  addHook(
    name: 'onRequest' | 'preHandler',
    hook: (request: HttpRequest & FastifyRequest, reply: HttpResponse, done: () => void) => void,
  ): void;
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
  if (isErrorHandler(handler)) {
    return (error: unknown, request: HttpRequest, response: unknown, next: Next) =>
      runInOwnContext(request, () => handler(error, request, response, next));
  }
  return withMetadataOf<Handler>(handler, (request, response, next) => runInOwnContext(request, () => handler(request, response, next)));
}

function runInOwnContext<T>(request: HttpRequest, fn: () => T): T {
  const exchange = exchangeOf(request.raw ?? request);
  return exchange && exchange.context !== tenantContext() ? runInTenantContext(exchange.context, fn) : fn();
}
