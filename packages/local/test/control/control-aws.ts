import { request } from 'node:http';
import { controlHandler } from '../../src/control/handler.ts';
import { isControlTarget } from '../../src/control/request.ts';
import { newToken } from '../../src/control/token.ts';
import type { LocalAwsOptions } from '../../src/index.ts';
import { start, type StartedLocalAws } from '../../src/local-aws.ts';
import { POOL_ROLE, ROLE_ARN } from '../start-aws.ts';

/** A local AWS with the control API, as the command starts it. */
export interface ControlledAws extends StartedLocalAws {
  readonly token: string;
  /** Sends a request with the token. */
  control(method: string, path: string, body?: unknown): Promise<ControlResponse>;
  /** Sends exactly this request, without the token. */
  send(request: RawRequest): Promise<ControlResponse>;
}

export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  /** A list repeats a header. */
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | undefined;
}

export interface ControlResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly json: unknown;
}

export async function startControlled(options: Partial<LocalAwsOptions> = {}, publicHost = '127.0.0.1'): Promise<ControlledAws> {
  const token = newToken();
  const started = await start(
    { roles: { [ROLE_ARN]: POOL_ROLE }, buckets: ['pool'], ...options },
    {
      address: { host: '127.0.0.1', publicHost },
      isForFront: isControlTarget,
      front: (running) => controlHandler(running, { token, publicHost }),
    },
  );
  const port = Number(new URL(started.aws.url).port);
  const send = (raw: RawRequest): Promise<ControlResponse> => sendRaw(port, raw);
  return {
    ...started,
    token,
    send,
    control(method, path, body) {
      const authorization = `Bearer ${token}`;
      const json = body === undefined ? {} : { 'content-type': 'application/json' };
      return send({ method, path, headers: { authorization, ...json }, ...(body !== undefined && { body: JSON.stringify(body) }) });
    },
  };
}

function sendRaw(port: number, { method = 'GET', path, headers = {}, body }: RawRequest): Promise<ControlResponse> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const isJson = response.headers['content-type'] === 'application/json' && text !== '';
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
