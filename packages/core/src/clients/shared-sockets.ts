import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { NodeHttp2HandlerOptions, NodeHttpHandlerOptions } from '@smithy/node-http-handler';
import { ConfigurationError } from '@tenant-aws/policy';
import type { Handler } from './sdk-client.ts';
import { SocketShares } from './socket-shares.ts';

/** The options of a client's own handler, which uses HTTP/1.1, or HTTP/2 where the service needs it. */
type Options = NodeHttpHandlerOptions & NodeHttp2HandlerOptions;

interface Agents {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
}

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
  readonly #maxSockets: number;
  readonly #shares: SocketShares;
  /** Made for the first client. */
  #agents: Agents | undefined;

  constructor(maxSockets: number) {
    this.#maxSockets = maxSockets;
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
    this.#agents ??= agentsWith(this.#maxSockets);
    // The SDK's own default for HTTP/2: each request has its own session, so that no session is shared or left open.
    return { requestHandler: { disableConcurrentStreams: true, ...options, ...this.#agents }, shares: this.#shares };
  }

  /** Closes idle sockets now and the others when they become idle, so that a response that is being read is not cut off. */
  close(): void {
    if (this.#agents === undefined) return;
    for (const agent of [this.#agents.httpAgent, this.#agents.httpsAgent]) {
      agent.maxFreeSockets = 0;
      for (const idle of Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? [])) idle.destroy();
    }
  }
}

/**
 * `import 'node:http'` in an ES module reads every property of the module. Two of them load Node's WebSocket and `fetch`, which
 * takes 80 ms: as long as the rest of this package. `process.getBuiltinModule` reads none.
 */
function agentsWith(maxSockets: number): Agents {
  const [http, https] = [process.getBuiltinModule('node:http'), process.getBuiltinModule('node:https')];
  const options = { keepAlive: true, maxSockets };
  return { httpAgent: new http.Agent(options), httpsAgent: new https.Agent(options) };
}

function isHandler(given: unknown): given is Handler {
  return typeof given === 'object' && given !== null && 'handle' in given && typeof given.handle === 'function';
}

function isOptions(given: unknown): given is Options {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}
