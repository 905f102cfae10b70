import type { EventEmitter } from 'node:events';
import { EXCHANGE, type Exchange, exchangeOf, runInTenantContext, SET_EXCHANGE, type TenantContext } from './current.ts';
import { bindSharedConnection } from './shared-connection.ts';

/** Node's own request and response, of HTTP/1.1 or of the compatibility API of HTTP/2. */
export interface HttpExchange {
  readonly request: EventEmitter;
  readonly response: EventEmitter;
}

/**
 * Runs `fn` as the tenant for which a request was admitted, or without a tenant. Where requests share their connection, it
 * also keeps the listeners of the request and the response in that context. For authors of adapters.
 *
 * Without the second step, listeners can run as another tenant: Node sends a pipelined response from the `finish` of the
 * response before it, so that `drain`, `finish` and `close` are emitted in the async context of the earlier request.
 */
export function runForRequest<T>(
  http: HttpExchange,
  { current, purpose }: Required<Pick<TenantContext, 'purpose'>> & Pick<TenantContext, 'current'>,
  fn: () => T,
): T {
  const known = exchangeOf(http.request);
  const exchange = known ?? new OpenExchange(http);
  const context: TenantContext = { current, exchange, purpose };
  exchange.context = context;
  exchange.listeners = undefined;
  (current as { [SET_EXCHANGE]?(exchange: Exchange): void } | undefined)?.[SET_EXCHANGE]?.(exchange);
  if (known === undefined) {
    (http.request as EventEmitter & { [EXCHANGE]?: Exchange })[EXCHANGE] = exchange;
    bindSharedConnection(http, exchange);
  }
  return runInTenantContext(context, fn);
}

/** Node sets `destroyed` when it emits `close`. A response of HTTP/2 has it on its stream. */
interface Closing {
  readonly destroyed?: boolean;
  readonly stream?: { readonly destroyed?: boolean };
}

class OpenExchange implements Exchange {
  context: TenantContext = {};
  listeners: TenantContext | undefined;
  handler: TenantContext | undefined;
  readonly request: object;
  readonly #response: Closing;

  constructor({ request, response }: HttpExchange) {
    this.request = request;
    this.#response = response as Closing;
  }

  get ended(): boolean {
    const { destroyed, stream } = this.#response;
    return destroyed === true || stream?.destroyed === true;
  }
}
