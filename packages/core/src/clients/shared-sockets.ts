import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { NodeHttp2HandlerOptions, NodeHttpHandlerOptions } from '@smithy/node-http-handler';
import { ConfigurationError } from '@tenant-aws/policy';
import type { Handler } from './sdk-client.ts';
import { SocketShares } from './socket-shares.ts';

/** Of the handler that a client's class has: over HTTP/1.1, or over HTTP/2 where the service needs that. */
type Options = NodeHttpHandlerOptions & NodeHttp2HandlerOptions;

/** What a client is made with, and which shares its requests then count in. */
export interface Sending {
  readonly requestHandler: Handler | Options;
  /** Absent where the sockets are the user's own. */
  readonly shares: SocketShares | undefined;
}

/**
 * The sockets of all clients of a machine. Each client has a handler of its own, for its own timeouts and logger, over
 * the same sockets. None can close them, for another tenant's request may be on the next one. Over HTTP/2 each request
 * has a session, and so a socket, of its own: only the shares are common.
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

  /**
   * What a client sends with: options, of which its class makes its own handler, or the user's handler.
   *
   * @param given the user's own: options, such as timeouts, or a handler, whose sockets are then its owner's to share and to close
   */
  sendingOf(given: unknown): Sending {
    if (isHandler(given)) return { requestHandler: given, shares: undefined };
    if (given !== undefined && !isOptions(given)) throw new ConfigurationError(['`requestHandler` must be a handler or its options']);
    const options: Options = given ?? {};
    if (options.httpAgent !== undefined || options.httpsAgent !== undefined) {
      throw new ConfigurationError([
        '`requestHandler` has an agent, but all clients share their sockets: set `clients.maxSockets`, or give a handler of your own',
      ]);
    }
    const shared = { httpAgent: this.#http, httpsAgent: this.#https };
    // The SDK's own default for HTTP/2: a session for each request, so that none is shared, and none stays behind.
    return { requestHandler: { disableConcurrentStreams: true, ...options, ...shared }, shares: this.#shares };
  }

  /** Closes what is idle now, and the others as they become idle: a response that is being read is read to its end. */
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
