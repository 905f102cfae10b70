import { Readable } from 'node:stream';
import type { HttpHandlerOptions } from '@smithy/types';
import { DetachedBody } from './detached-body.ts';
import type { Handler, HandlerOutput, SdkClient } from './sdk-client.ts';
import type { AdmitRequest } from './signature-guard.ts';
import type { Release, SocketShares } from './socket-shares.ts';

/** What a {@link TenantHandler} goes by. */
export interface HandlerTerms {
  /** Whose request it is, asked at every request. */
  readonly tenantOf: () => string;
  /** Judges the request as it will be sent. */
  readonly admit: AdmitRequest;
  /** The sockets that the handler sends over; absent where they are the user's own. */
  readonly shares: SocketShares | undefined;
}

/** Puts a {@link TenantHandler} in front of a client's own handler. Nothing can put another in its place. */
export function installTenantHandler({ config }: SdkClient, terms: HandlerTerms): void {
  const { requestHandler } = config;
  const value = requestHandler instanceof TenantHandler ? requestHandler : new TenantHandler(requestHandler, terms);
  Object.defineProperty(config, 'requestHandler', { value, writable: false, enumerable: true, configurable: false });
}

/**
 * The `requestHandler` of a vended client: the last place that every request passes, whatever middleware the application
 * has added. `destroy()` of a client does not reach the handler behind it, whose sockets serve other tenants, and whoever
 * prints a client does not see it, for the headers of other requests are in it.
 */
class TenantHandler {
  readonly metadata: { readonly handlerProtocol: string } | undefined;
  readonly #handler: Handler;
  readonly #terms: HandlerTerms;

  constructor(handler: Handler, terms: HandlerTerms) {
    this.metadata = handler.metadata && Object.freeze({ ...handler.metadata });
    this.#handler = handler;
    this.#terms = terms;
    Object.freeze(this);
  }

  async handle(request: never, options: HttpHandlerOptions = {}): Promise<HandlerOutput> {
    const { tenantOf, admit, shares } = this.#terms;
    const tenantId = tenantOf();
    admit(request, tenantId);
    const taken = shares?.take(endpointOf(request), tenantId, signalOf(options));
    const release = await taken;
    try {
      if (taken instanceof Promise) admit(request, tenantId); // the tenant may have been revoked while it waited
      const answered = await this.#handler.handle(request, options);
      hideSource(answered.response, release ?? (() => undefined));
      return answered;
    } catch (error) {
      release?.();
      throw error;
    }
  }

  destroy(): void {}

  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): object {
    return {};
  }
}

/** Node's agents keep their sockets by the same parts. */
function endpointOf({
  protocol,
  hostname,
  port,
}: {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
}): string {
  return `${protocol}//${hostname}:${port ?? ''}`;
}

function signalOf({ abortSignal }: HttpHandlerOptions): AbortSignal | undefined {
  return abortSignal instanceof AbortSignal ? abortSignal : undefined;
}

/** A socket is in use until the response's body has been read or destroyed. */
function hideSource(response: { body?: unknown }, release: Release): void {
  const { body } = response;
  if (body instanceof Readable) response.body = new DetachedBody(body, release);
  else release();
}
