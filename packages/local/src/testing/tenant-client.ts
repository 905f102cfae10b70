import type { IncomingHttpHeaders } from 'node:http';
import { sendRaw } from './raw-request.ts';

/** The response of the app. */
export interface AppResponse<Json = unknown> {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The parsed body; undefined if it is not JSON. */
  readonly json: Json;
}

/** The body of a request: a string or bytes are sent as they are, URLSearchParams as a form, and any other value as JSON. */
export type RequestBody = unknown;

/** The options of one request. */
export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends requests to the app as a user of one tenant. A path is sent as it is: `..` and `%2e` reach the app. */
export interface TenantClient {
  get<Json = unknown>(path: string, options?: RequestOptions): Promise<AppResponse<Json>>;
  delete<Json = unknown>(path: string, options?: RequestOptions): Promise<AppResponse<Json>>;
  post<Json = unknown>(path: string, body?: RequestBody, options?: RequestOptions): Promise<AppResponse<Json>>;
  put<Json = unknown>(path: string, body?: RequestBody, options?: RequestOptions): Promise<AppResponse<Json>>;
  patch<Json = unknown>(path: string, body?: RequestBody, options?: RequestOptions): Promise<AppResponse<Json>>;
  /** A token of this user, for a client of your own. */
  token(): Promise<string>;
}

/** The responses of this module: `expectDenied` describes them in its errors. */
const responses = new WeakSet<object>();

export function isAppResponse(value: unknown): value is AppResponse {
  return typeof value === 'object' && value !== null && responses.has(value);
}

export function tenantClient(origin: () => string, token: () => Promise<string>): TenantClient {
  async function send<Json>(method: string, path: string, content?: RequestBody, options: RequestOptions = {}): Promise<AppResponse<Json>> {
    const { headers = {} } = options;
    if (typeof path !== 'string' || !path.startsWith('/'))
      throw new TypeError(`the path must start with a slash, not be ${JSON.stringify(path)}`);
    const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const { type, body } = bodyOf(content);
    const own = { authorization: `Bearer ${await token()}`, ...(type !== undefined && { 'content-type': type }) };
    const { status, headers: received, text } = await sendRaw(origin(), { method, path, headers: { ...own, ...given }, body });
    const response = { status, headers: received, text, json: parsed(text) as Json };
    responses.add(response);
    return response;
  }
  return {
    get: (path, options) => send('GET', path, undefined, options),
    delete: (path, options) => send('DELETE', path, undefined, options),
    post: (path, body, options) => send('POST', path, body, options),
    put: (path, body, options) => send('PUT', path, body, options),
    patch: (path, body, options) => send('PATCH', path, body, options),
    token,
  };
}

function bodyOf(content: RequestBody): { readonly type?: string; readonly body?: string | Uint8Array } {
  if (content === undefined) return {};
  if (typeof content === 'string') return { type: 'text/plain; charset=utf-8', body: content };
  if (content instanceof Uint8Array) return { type: 'application/octet-stream', body: content };
  if (content instanceof URLSearchParams) return { type: 'application/x-www-form-urlencoded', body: String(content) };
  return { type: 'application/json', body: JSON.stringify(content) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
