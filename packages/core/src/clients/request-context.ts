import type { EventEmitter } from 'node:events';
import { bindPipelined } from './bound-exchange.ts';
import { type Exchange, runInTenantContext, SERVES, type TenantContext } from './current.ts';

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
 * Runs `fn` as the tenant that a request was admitted for, or as no tenant. Where requests share their connection, it also
 * keeps the listeners of the request and the response in that context. For authors of adapters.
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
  const exchange = known ?? new OpenExchange(http.response);
  const context: TenantContext = { current, exchange, purpose };
  exchange.context = context;
  exchange.listeners = undefined;
  (current as Serving | undefined)?.[SERVES]?.(exchange);
  if (known === undefined) {
    request[EXCHANGE] = exchange;
    bindPipelined(http, exchange, exchangeOf);
  }
  return runInTenantContext(context, fn);
}

/** What {@link runForRequest} knows of this request; `undefined` before its first call. For authors of adapters. */
export function exchangeOf(request: object): Exchange | undefined {
  return (request as KnownRequest)[EXCHANGE];
}

/** Node sets `destroyed` when it emits `close`; a response of HTTP/2 has it on its stream. */
interface Closing {
  readonly destroyed?: boolean;
  readonly stream?: { readonly destroyed?: boolean };
}

class OpenExchange implements Exchange {
  context: TenantContext = {};
  listeners: TenantContext | undefined;
  readonly #response: Closing;

  constructor(response: EventEmitter & Closing) {
    this.#response = response;
  }

  get ended(): boolean {
    const { destroyed, stream } = this.#response;
    return destroyed === true || stream?.destroyed === true;
  }
}
