import type { EventEmitter } from 'node:events';
import { EXCHANGE, type Exchange, runInTenantContext, SERVES, type TenantContext } from './current.ts';
import { bindSharedConnection } from './shared-connection.ts';

/** Node's own request and response, of HTTP/1.1 or of the compatibility API of HTTP/2. */
export interface HttpExchange {
  readonly request: EventEmitter;
  readonly response: EventEmitter;
}

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
    bindSharedConnection(http, exchange);
  }
  return runInTenantContext(context, fn);
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
