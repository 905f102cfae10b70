import { AsyncResource } from 'node:async_hooks';
import type { EventEmitter } from 'node:events';
import { type Exchange, exchangeOf, runInTenantContext, tenantContext } from './current.ts';

interface Message extends EventEmitter {
  /** Node's socket. `null` for a response that waits until the previous response on its socket is sent. */
  readonly socket?: PipelinedSocket | null;
  /** Set on the requests and responses of HTTP/2. */
  readonly stream?: unknown;
}

interface PipelinedSocket {
  [PIPELINED]?: true;
  /** Node's response that is being sent. */
  readonly _httpMessage?: (EventEmitter & { readonly req?: EventEmitter }) | null;
}

/** Marks a socket on which a request arrived before the previous response was sent. */
const PIPELINED: unique symbol = Symbol.for('@tenant-aws/core: pipelined, 1') as never;

const bound = new WeakSet<EventEmitter>();

/**
 * Binds the events of a request and its response to their exchange where other requests use the same connection at the same
 * time: with pipelining and with HTTP/2. For all other requests it only reads two properties.
 *
 * When the first request on a socket is admitted, Node does not know yet that others follow. The second request binds it.
 */
export function bindSharedConnection(
  { request, response }: { readonly request: Message; readonly response: Message },
  exchange: Exchange,
): void {
  const { socket } = request;
  const waits = response.socket === null;
  if (!waits && request.stream === undefined && !socket?.[PIPELINED]) return;
  bindEvents(request, exchange);
  bindEvents(response, exchange);
  if (!waits || !socket) return;
  bindWrites(response as WaitingResponse, exchange);
  socket[PIPELINED] = true;
  const { _httpMessage: first } = socket;
  const firstExchange = first?.req && exchangeOf(first.req);
  if (!first?.req || firstExchange === undefined) return; // not admitted yet: it will read the mark on the socket
  bindEvents(first.req, firstExchange);
  bindEvents(first, firstExchange);
}

/** Runs listeners in the context of the exchange, unless the event is emitted in a context of the same exchange. */
function bindEvents(emitter: EventEmitter, exchange: Exchange): void {
  if (bound.has(emitter)) return;
  bound.add(emitter);
  const emit = emitter.emit.bind(emitter);
  emitter.emit = function emitInOwnContext(...args): boolean {
    if (tenantContext()?.exchange === exchange) return emit(...args);
    return runInTenantContext(exchange.listeners ?? exchange.context, () => emit(...args));
  };
}

/** A response that can be written to before it has a socket. */
interface WaitingResponse extends EventEmitter {
  write(...args: unknown[]): unknown;
  end(...args: unknown[]): unknown;
}

/**
 * Node sends what was written before the response had a socket later, in another context. So the callbacks of writes are
 * bound. The context of the last write is kept for the events of the response, because a handler may write as another tenant.
 */
function bindWrites(response: WaitingResponse, exchange: Exchange): void {
  for (const method of ['write', 'end'] as const) {
    const original = response[method];
    response[method] = (...args) => {
      const context = tenantContext();
      if (context?.exchange === exchange) exchange.listeners = context;
      return Reflect.apply(original, response, args.map(boundCallback));
    };
  }
}

function boundCallback(argument: unknown): unknown {
  return typeof argument === 'function' ? AsyncResource.bind(argument as () => unknown) : argument;
}
