import { Readable } from 'node:stream';
import type { HttpHandlerOptions } from '@smithy/types';
import { DetachedBody } from './detached-body.ts';
import type { Handler, HandlerOutput, SdkClient } from './sdk-client.ts';
import type { AdmitRequest } from './signature-guard.ts';
import type { Release, SocketShares } from './socket-shares.ts';

export interface TenantHandlerOptions {
  /** The tenant of a request. Called for every request. */
  readonly tenantOf: () => string;
  /** Checks the request as it will be sent. */
  readonly admit: AdmitRequest;
  /** The sockets that the handler sends over; absent where they are the user's own. */
  readonly shares: SocketShares | undefined;
}

/** Replaces a client's handler by a {@link TenantHandler} that uses it. The application cannot replace it again. */
export function installTenantHandler({ config }: SdkClient, options: TenantHandlerOptions): void {
  const { requestHandler } = config;
  const value = requestHandler instanceof TenantHandler ? requestHandler : new TenantHandler(requestHandler, options);
  Object.defineProperty(config, 'requestHandler', { value, writable: false, enumerable: true, configurable: false });
}

/**
 * The `requestHandler` of a vended client. Every request passes it last, after all middleware of the application. The
 * handler that it uses is hidden: `destroy()` of a client does not close its sockets, which serve other tenants, and a printed
 * client does not show it, because it contains the headers of other requests.
 */
class TenantHandler {
  readonly metadata: { readonly handlerProtocol: string } | undefined;
  readonly #handler: Handler;
  readonly #options: TenantHandlerOptions;

  constructor(handler: Handler, options: TenantHandlerOptions) {
    this.metadata = handler.metadata && Object.freeze({ ...handler.metadata });
    this.#handler = handler;
    this.#options = options;
    Object.freeze(this);
  }

  async handle(request: never, options: HttpHandlerOptions = {}): Promise<HandlerOutput> {
    const { tenantOf, admit, shares } = this.#options;
    const tenantId = tenantOf();
    admit(request, tenantId);
    const acquired = shares?.acquire(endpointOf(request), tenantId, signalOf(options));
    const release = await acquired;
    try {
      if (acquired instanceof Promise) admit(request, tenantId); // the tenant may have been revoked while the request waited
      const output = await this.#handler.handle(request, options);
      detachBody(output.response, release ?? (() => undefined));
      return output;
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

/** The parts by which Node's agents tell sockets apart. */
function endpointOf(request: { readonly protocol: string; readonly hostname: string; readonly port?: number }): string {
  return `${request.protocol}//${request.hostname}:${request.port ?? ''}`;
}

function signalOf({ abortSignal }: HttpHandlerOptions): AbortSignal | undefined {
  return abortSignal instanceof AbortSignal ? abortSignal : undefined;
}

/** The socket is in use until the response's body has been read or destroyed. */
function detachBody(response: { body?: unknown }, release: Release): void {
  const { body } = response;
  if (body instanceof Readable) response.body = new DetachedBody(body, release);
  else release();
}
