import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { IamRequest } from '@tenant-aws/prover/evaluator';
import type { Call } from '../../src/calls.ts';
import { InjectedFaults } from '../../src/injected-faults.ts';
import { requestHandler } from '../../src/request-handler.ts';
import { close, listen } from '../../src/loopback.ts';
import { AwsError, type Service, type ServiceResponse, type VerifiedRequest } from '../../src/services/service.ts';
import { type Keys, type Principal, Sessions } from '../../src/sessions.ts';
import { adminUser } from '../../src/users.ts';

export const ACCOUNT = '000000000000';
export const NOW = Date.parse('2026-11-24T12:00:00.000Z');
export const USER: Keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
export const SESSION: Required<Keys> = {
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
  sessionToken: 'IQoJb3JpZ2luX2VjEXAMPLETOKEN/with+some=characters',
};

/** One HTTP request, as it is sent. */
export interface Wire {
  readonly method: string;
  /** Path and query, percent-encoded. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

export interface RecorderResponse {
  readonly status: number;
  readonly code: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** The request handler with services that only record requests: a request in `reached` was accepted. */
export class Recorder {
  readonly reached: VerifiedRequest[] = [];
  readonly calls: Call[] = [];
  readonly sessions: Sessions;
  readonly url: string;
  /** The permissions that the services require. Tests can change it. */
  authorize: readonly IamRequest[] = [{ action: 's3:Anything', resource: '*', context: {} }];
  /** The response of the services. Tests can change it. */
  execute: () => ServiceResponse = () => ({ status: 200 });
  /** The injected clock. Tests can change it. */
  readonly time: { now: number };
  readonly #close: () => Promise<void>;

  private constructor(sessions: Sessions, time: { now: number }, url: string, close: () => Promise<void>) {
    this.sessions = sessions;
    this.time = time;
    this.url = url;
    this.#close = close;
  }

  static async start(): Promise<Recorder> {
    const time = { now: NOW };
    const clock = () => time.now;
    const sessions = new Sessions(clock);
    sessions.add(adminUser(ACCOUNT, USER));
    const { context, layers, ...admin } = adminUser(ACCOUNT, SESSION);
    const session = { roleArn: admin.arn, name: 'acme', expiresAt: NOW + 3_600_000, tags: new Map(), transitiveTagKeys: new Set<string>() };
    sessions.add({ ...admin, context, layers, session } satisfies Principal);
    const services = new Map(['s3', 'dynamodb', 'sts'].map((name) => [name, recording(name, () => recorder)]));
    const server = createServer((message, response) => void handle(message, response));
    const url = await listen(server, 0);
    const recorder: Recorder = new Recorder(sessions, time, url, () => close(server));
    const handle = requestHandler({
      region: 'us-east-1',
      account: ACCOUNT,
      services,
      sessions,
      faults: new InjectedFaults(clock),
      calls: recorder.calls,
      clock,
    });
    return recorder;
  }

  get host(): string {
    return new URL(this.url).host;
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** Sends a request without changes to its path, query or headers. */
  async send({ method, target, headers, body = '' }: Wire): Promise<RecorderResponse> {
    const { hostname, port } = new URL(this.url);
    const framed = body.length === 0 || Object.keys(headers).some((name) => name.toLowerCase() === 'content-length');
    const framing = framed ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const outgoing = httpRequest({ hostname, port, method, path: target, headers: { ...headers, ...framing }, setHost: false });
    outgoing.end(body);
    const [response] = await once(outgoing, 'response');
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    return { status: response.statusCode, code: codeOf(text), body: text, headers: response.headers };
  }

  /** Sends bytes over a socket, and returns all bytes received until the server closes the connection. */
  async raw(text: string | Buffer): Promise<string> {
    const socket = connect(Number(new URL(this.url).port), '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => {});
    socket.write(text);
    await once(socket, 'close');
    return Buffer.concat(chunks).toString();
  }

  /** Sends a request. Returns the request that a service received, or undefined if it was refused. */
  async accepts(wire: Wire): Promise<VerifiedRequest | undefined> {
    const before = this.reached.length;
    await this.send(wire);
    return this.reached.length > before ? this.reached.at(-1) : undefined;
  }
}

function recording(name: string, recorder: () => Recorder): Service {
  return {
    name,
    parse(request) {
      const { reached, authorize, execute } = recorder();
      reached.push(request);
      return { name: 'Anything', authorize, execute };
    },
    error: (error, { requestId }) => ({
      status: error.status,
      body: `<Error><Code>${error.code}</Code><Message>${error.message}</Message><Id>${requestId}</Id></Error>`,
    }),
    denied: () => new AwsError('Denied', 403, 'denied'),
  };
}

function codeOf(text: string): string {
  return (
    /<Code>([^<]*)<\/Code>|"__type":"([^"]*)"/
      .exec(text)
      ?.slice(1)
      .find((code) => code !== undefined) ?? ''
  );
}
