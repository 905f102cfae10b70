import { AsyncResource } from 'node:async_hooks';
import type { EventEmitter } from 'node:events';
import { type Exchange, runInTenantContext, SERVES, type TenantContext, tenantContext } from './current.ts';

/** Node's own request and response, of HTTP/1.1 or of the compatibility API of HTTP/2. */
export interface HttpExchange {
  readonly request: EventEmitter;
  readonly response: EventEmitter;
}

/** A property of the request, and not a WeakMap, which costs more than all else here. Shared by copies of this package. */
const EXCHANGE: unique symbol = Symbol.for('@tenant-aws/core: exchange, 1') as never;

type KnownRequest = EventEmitter & { [EXCHANGE]?: Exchange };
type Serving = { [SERVES]?(exchange: Exchange): void };

/**
 * Runs `fn` as the tenant that a request was admitted for, or as no tenant, and keeps the listeners of the request and the
 * response in that context. For authors of adapters.
 *
 * Without the second part, listeners can run as another tenant: Node sends a pipelined response from the `finish` of the
 * response before it, so that `drain`, `finish` and `close` are emitted in the async context of the earlier request.
 */
export function runForRequest<T>(
  http: HttpExchange,
  { current, purpose }: Required<Pick<TenantContext, 'purpose'>> & Pick<TenantContext, 'current'>,
  fn: () => T,
): T {
  const request: KnownRequest = http.request;
  const known = request[EXCHANGE];
  const exchange: Exchange = known ?? { context: {}, ended: false };
  const context: TenantContext = { current, exchange, purpose };
  exchange.context = context;
  (current as Serving | undefined)?.[SERVES]?.(exchange);
  if (known !== undefined) return runInTenantContext(context, fn);
  request[EXCHANGE] = exchange;
  return runInTenantContext(context, () => {
    bindExchange(http, exchange);
    return fn();
  });
}

/** What {@link runForRequest} knows of this request; `undefined` before its first call. For authors of adapters. */
export function exchangeOf(request: object): Exchange | undefined {
  return (request as KnownRequest)[EXCHANGE];
}

function bindExchange({ request, response }: HttpExchange, exchange: Exchange): void {
  bindEvents(request, exchange);
  bindEvents(response, exchange, (event) => {
    if (event === 'close') exchange.ended = true;
  });
  if (isWaiting(response)) bindWrites(response, exchange);
}

/** Listeners run in the exchange's own context, unless the event is emitted in a context that belongs to the same exchange. */
function bindEvents(emitter: EventEmitter, exchange: Exchange, emitted?: (event: unknown) => void): void {
  const emit = emitter.emit.bind(emitter);
  emitter.emit = function emitInOwnContext(...args): boolean {
    const own = tenantContext()?.exchange === exchange;
    const heard = own ? emit(...args) : runInTenantContext(exchange.writer ?? exchange.context, () => emit(...args));
    emitted?.(args[0]);
    return heard;
  };
}

/** A response that is written to before it has a socket. */
interface WaitingResponse extends EventEmitter {
  write(...args: unknown[]): unknown;
  end(...args: unknown[]): unknown;
}

/** A pipelined response gets its socket at the end of the response before it. */
function isWaiting(response: EventEmitter): response is WaitingResponse {
  return 'socket' in response && response.socket === null && 'assignSocket' in response;
}

/**
 * Node sends what is written before there is a socket later, in another context. So the callbacks of writes are bound, and
 * the last writer's context is kept for the events of the response: the handler may write as another tenant than its own.
 */
function bindWrites(response: WaitingResponse, exchange: Exchange): void {
  for (const method of ['write', 'end'] as const) {
    const original = response[method];
    response[method] = (...args) => {
      const context = tenantContext();
      if (context?.exchange === exchange) exchange.writer = context;
      return Reflect.apply(original, response, args.map(boundCallback));
    };
  }
}

function boundCallback(argument: unknown): unknown {
  return typeof argument === 'function' ? AsyncResource.bind(argument as () => unknown) : argument;
}
