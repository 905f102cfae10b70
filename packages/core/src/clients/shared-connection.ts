import { AsyncResource } from 'node:async_hooks';
import type { EventEmitter } from 'node:events';
import { type Exchange, exchangeOf, runInTenantContext, tenantContext } from './current.ts';

interface Message extends EventEmitter {
  /** Node's socket. `null` of a response that waits for the response before it. */
  readonly socket?: PipelinedSocket | null;
  /** Of a request or a response of HTTP/2. */
  readonly stream?: unknown;
}

interface PipelinedSocket {
  [PIPELINED]?: true;
  /** Node's response that is being sent. */
  readonly _httpMessage?: (EventEmitter & { readonly req?: EventEmitter }) | null;
}

/** On a socket that has carried a request before the response to the one before it was sent. */
const PIPELINED: unique symbol = Symbol.for('@tenant-aws/core: pipelined, 1') as never;

const bound = new WeakSet<EventEmitter>();

/**
 * Binds the events of a request and its response to their exchange, if other requests share the connection at the same
 * time: it is pipelined, or of HTTP/2. Most requests are neither, and for them this reads two properties.
 *
 * The request that was first on the socket is not known to be pipelined when it is admitted, so the next one binds it.
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
  const ofFirst = first?.req && exchangeOf(first.req);
  if (!first?.req || ofFirst === undefined) return; // it is admitted later, and finds the mark
  bindEvents(first.req, ofFirst);
  bindEvents(first, ofFirst);
}

/** Listeners run in the exchange's own context, unless the event is emitted in a context that belongs to the same exchange. */
function bindEvents(emitter: EventEmitter, exchange: Exchange): void {
  if (bound.has(emitter)) return;
  bound.add(emitter);
  const emit = emitter.emit.bind(emitter);
  emitter.emit = function emitInOwnContext(...args): boolean {
    if (tenantContext()?.exchange === exchange) return emit(...args);
    return runInTenantContext(exchange.listeners ?? exchange.context, () => emit(...args));
  };
}

/** A response that is written to before it has a socket. */
interface WaitingResponse extends EventEmitter {
  write(...args: unknown[]): unknown;
  end(...args: unknown[]): unknown;
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
      if (context?.exchange === exchange) exchange.listeners = context;
      return Reflect.apply(original, response, args.map(boundCallback));
    };
  }
}

function boundCallback(argument: unknown): unknown {
  return typeof argument === 'function' ? AsyncResource.bind(argument as () => unknown) : argument;
}
