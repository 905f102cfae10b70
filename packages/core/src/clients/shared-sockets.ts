import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { NodeHttp2HandlerOptions, NodeHttpHandlerOptions } from '@smithy/node-http-handler';
import { ConfigurationError } from '@tenant-aws/policy';
import type { Handler } from './sdk-client.ts';
import { SocketShares } from './socket-shares.ts';

/** The options of a client's own handler, which uses HTTP/1.1, or HTTP/2 where the service needs it. */
type Options = NodeHttpHandlerOptions & NodeHttp2HandlerOptions;

/** How a client sends its requests. */
export interface Transport {
  readonly requestHandler: Handler | Options;
  /** Absent where the sockets are the user's own. */
  readonly shares: SocketShares | undefined;
}

/**
 * The sockets of all clients of a machine. Each client has its own handler, with its own timeouts and logger, over the same
 * sockets. No client can close them, because another tenant's request may use them next. Over HTTP/2 each request has its own
 * session, and so its own socket: only the shares are common.
 */
export class SharedSockets {
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly #shares: SocketShares;

  constructor(maxSockets: number) {
    this.#http = new HttpAgent({ keepAlive: true, maxSockets });
    this.#https = new HttpsAgent({ keepAlive: true, maxSockets });
    this.#shares = new SocketShares(maxSockets);
  }

  /** @param given the user's `requestHandler`: options, such as timeouts, or a handler with sockets that the user shares out and closes */
  transportOf(given: unknown): Transport {
    if (isHandler(given)) return { requestHandler: given, shares: undefined };
    if (given !== undefined && !isOptions(given)) throw new ConfigurationError(['`requestHandler` must be a handler or its options']);
    const options: Options = given ?? {};
    if (options.httpAgent !== undefined || options.httpsAgent !== undefined) {
      throw new ConfigurationError([
        '`requestHandler` has an agent, but all clients share their sockets: set `clients.maxSockets`, or pass your own handler',
      ]);
    }
    const shared = { httpAgent: this.#http, httpsAgent: this.#https };
    // The SDK's own default for HTTP/2: each request has its own session, so that no session is shared or left open.
    return { requestHandler: { disableConcurrentStreams: true, ...options, ...shared }, shares: this.#shares };
  }

  /** Closes idle sockets now and the others when they become idle, so that a response that is being read is not cut off. */
  close(): void {
    for (const agent of [this.#http, this.#https]) {
      agent.maxFreeSockets = 0;
      for (const idle of Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? [])) idle.destroy();
    }
  }
}

function isHandler(given: unknown): given is Handler {
  return typeof given === 'object' && given !== null && 'handle' in given && typeof given.handle === 'function';
}

function isOptions(given: unknown): given is Options {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}
