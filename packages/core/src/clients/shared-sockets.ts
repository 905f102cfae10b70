import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { NodeHttpHandler, type NodeHttpHandlerOptions } from '@smithy/node-http-handler';
import type { RequestHandler } from '@smithy/types';
import { ConfigurationError } from '@tenant-aws/policy';

/** What an SDK client sends with. */
type Handler = RequestHandler<never, unknown, object>;

/**
 * The sockets of all clients of a machine. Each client has a handler of its own, for its own timeouts and logger, over
 * the same sockets. None can close them, for another tenant's request may be on the next one; and none shows them to
 * whoever prints a client, for the headers of that request are in them.
 */
export class SharedSockets {
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;

  constructor(maxSockets: number) {
    this.#http = new HttpAgent({ keepAlive: true, maxSockets });
    this.#https = new HttpsAgent({ keepAlive: true, maxSockets });
  }

  /**
   * The `requestHandler` of one client.
   *
   * @param given the user's own: options, such as timeouts, or a handler, whose sockets are then its owner's to close
   */
  handlerFor(given: unknown): Handler {
    if (isHandler(given)) return undestroyable(given);
    if (given !== undefined && !isOptions(given)) throw new ConfigurationError(['`requestHandler` must be a handler or its options']);
    const options: NodeHttpHandlerOptions = given ?? {};
    if (options.httpAgent !== undefined || options.httpsAgent !== undefined) {
      throw new ConfigurationError([
        '`requestHandler` has an agent, but all clients share their sockets: set `clients.maxSockets`, or give a handler of your own',
      ]);
    }
    return undestroyable(new NodeHttpHandler({ ...options, httpAgent: this.#http, httpsAgent: this.#https }));
  }

  /** Closes what is idle now, and the others as they become idle: a response that is being read is read to its end. */
  close(): void {
    for (const agent of [this.#http, this.#https]) {
      agent.maxFreeSockets = 0;
      for (const idle of Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? [])) idle.destroy();
    }
  }
}

/** A handler that `destroy()` of a client does not reach. */
function undestroyable(handler: Handler & { updateHttpClientConfig?: (key: never, value: never) => void }): Handler {
  const { metadata } = handler;
  return Object.assign(
    { handle: (request: never, options?: object) => handler.handle(request, options), destroy: () => undefined },
    metadata === undefined ? {} : { metadata },
    // What the SDK tells a handler of its client: a logger, a default timeout.
    { updateHttpClientConfig: (key: never, value: never) => handler.updateHttpClientConfig?.(key, value), httpHandlerConfigs: () => ({}) },
  );
}

function isHandler(given: unknown): given is Handler {
  return typeof given === 'object' && given !== null && 'handle' in given && typeof given.handle === 'function';
}

function isOptions(given: unknown): given is NodeHttpHandlerOptions {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}
