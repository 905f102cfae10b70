import { AsyncLocalStorage } from 'node:async_hooks';
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { type Exchange, runInTenantContext, type TenantContext, tenantContext } from './current.ts';

/** Node's own request and response, of HTTP/1.1 or of the compatibility API of HTTP/2. */
export interface HttpExchange {
  readonly request: EventEmitter;
  readonly response: EventEmitter;
}

/** A property of the request, and not a WeakMap, which costs more than all else here. Shared by copies of this package. */
const EXCHANGE: unique symbol = Symbol.for('@tenant-aws/core: exchange, 1') as never;

type KnownRequest = EventEmitter & { [EXCHANGE]?: Exchange };

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
  const { emit } = emitter;
  emitter.emit = function emitInOwnContext(...args): boolean {
    const own = tenantContext()?.exchange === exchange;
    const heard = own ? Reflect.apply(emit, emitter, args) : runInTenantContext(exchange.context, () => Reflect.apply(emit, emitter, args));
    emitted?.(args[0]);
    return heard;
  };
}

/** A response that is written to before it has a socket. */
interface WaitingResponse extends EventEmitter {
  write(...args: unknown[]): unknown;
  end(...args: unknown[]): unknown;
  assignSocket(socket: Socket): void;
}

/** A pipelined response gets its socket at the end of the response before it. */
function isWaiting(response: EventEmitter): response is WaitingResponse {
  return 'socket' in response && response.socket === null && 'assignSocket' in response;
}

/**
 * What was written to a response before it had a socket is sent, and its callbacks run, in the context of the last write,
 * as they would with a socket.
 */
function bindWrites(response: WaitingResponse, exchange: Exchange): void {
  const { write, end, assignSocket } = response;
  let inWritersContext = AsyncLocalStorage.snapshot();
  const remember = (): void => {
    if (tenantContext()?.exchange === exchange) inWritersContext = AsyncLocalStorage.snapshot();
  };
  response.write = (...args) => {
    remember();
    return Reflect.apply(write, response, args);
  };
  response.end = (...args) => {
    remember();
    return Reflect.apply(end, response, args);
  };
  response.assignSocket = (socket) => inWritersContext(() => Reflect.apply(assignSocket, response, [socket]));
}
