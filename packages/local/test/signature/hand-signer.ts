import { createHash, createHmac } from 'node:crypto';
import type { Keys } from '../../src/sessions.ts';
import { USER, type Wire } from './recorder.ts';

/** A request to sign without a library: tests also sign requests that no library would sign. */
export interface ToSign {
  readonly method?: string;
  readonly path?: string;
  /** In SigV4's canonical form: sorted and encoded. */
  readonly query?: string;
  /** The query that is sent. Default: `query`. */
  readonly sentQuery?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Default: all headers, sorted. */
  readonly signedHeaders?: readonly string[];
  readonly body?: string | Buffer;
  readonly payloadHash?: string;
  readonly keys?: Keys;
  readonly timestamp?: string;
  readonly date?: string;
  readonly region?: string;
  readonly service?: string;
  /** How header values become the bytes that are signed. They are sent in Latin-1. Default: `utf8`, as SDKs do. */
  readonly signedEncoding?: 'utf8' | 'latin1';
  /** For a presigned URL only. */
  readonly algorithm?: string;
}

export interface HandSigned extends Wire {
  readonly signature: string;
  readonly scope: string;
  readonly key: Buffer;
}

export const TIMESTAMP = '20261124T120000Z';

/** Signs a request in the Authorization header. */
export function handSign(given: ToSign): HandSigned {
  const request = withDefaults(given);
  const { headers, keys, signedHeaders, timestamp } = request;
  const all: Record<string, string> = {
    ...headers,
    'x-amz-date': timestamp,
    ...(request.service === 's3' && headers['x-amz-content-sha256'] === undefined && { 'x-amz-content-sha256': request.payloadHash }),
    ...(keys.sessionToken !== undefined && { 'x-amz-security-token': keys.sessionToken }),
  };
  const names = signedHeaders ?? Object.keys(all).toSorted();
  const { signature, scope, key } = signatureOf(request, all, names, request.query);
  const authorization = `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return {
    method: request.method,
    target: target(request.path, request.sentQuery),
    headers: { ...all, authorization },
    body: request.body,
    signature,
    scope,
    key,
  };
}

/** Signs a request in the query. `expires` is not checked. */
export function handPresign(given: ToSign, expires: string): HandSigned {
  const request = withDefaults(given);
  const { headers, keys, timestamp } = request;
  const names = request.signedHeaders ?? Object.keys(headers).toSorted();
  const scope = scopeOf(request);
  const parameters = [
    `X-Amz-Algorithm=${request.algorithm}`,
    `X-Amz-Credential=${encodeURIComponent(`${keys.accessKeyId}/${scope}`)}`,
    `X-Amz-Date=${timestamp}`,
    `X-Amz-Expires=${encodeURIComponent(expires)}`,
    ...(keys.sessionToken === undefined ? [] : [`X-Amz-Security-Token=${encodeURIComponent(keys.sessionToken)}`]),
    `X-Amz-SignedHeaders=${encodeURIComponent(names.join(';'))}`,
    ...(request.query === '' ? [] : request.query.split('&')),
  ];
  const query = parameters.toSorted((a, b) => ((a.split('=')[0] ?? '') < (b.split('=')[0] ?? '') ? -1 : 1)).join('&');
  const { signature, key } = signatureOf(request, headers, names, query);
  return {
    method: request.method,
    target: target(request.path, `${query}&X-Amz-Signature=${signature}`),
    headers,
    body: request.body,
    signature,
    scope,
    key,
  };
}

/** A request as the bytes to write to a socket. */
export function asBytes({ method, target, headers, body = '' }: Wire): Buffer {
  const lines = Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' });
  const head = `${method} ${target} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]);
}

export function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

export function hmacHex(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

function withDefaults(given: ToSign) {
  const body = given.body ?? '';
  return {
    method: 'GET',
    path: '/pool/acme/f',
    query: '',
    keys: USER,
    timestamp: TIMESTAMP,
    date: (given.timestamp ?? TIMESTAMP).slice(0, 8),
    region: 'us-east-1',
    service: 's3',
    signedEncoding: 'utf8' as const,
    algorithm: 'AWS4-HMAC-SHA256',
    payloadHash: sha256(body),
    ...given,
    body,
    sentQuery: given.sentQuery ?? given.query ?? '',
  };
}

type Complete = ReturnType<typeof withDefaults>;

function scopeOf({ date, region, service }: Complete): string {
  return `${date}/${region}/${service}/aws4_request`;
}

function signatureOf(request: Complete, headers: Readonly<Record<string, string>>, names: readonly string[], query: string) {
  const lines = names.map((name) => `${name}:${(headers[name] ?? '').trim()}\n`).join('');
  const canonical = [request.method, request.path, query, lines, names.join(';'), request.payloadHash].join('\n');
  const scope = scopeOf(request);
  const text = `AWS4-HMAC-SHA256\n${request.timestamp}\n${scope}\n${sha256(Buffer.from(canonical, request.signedEncoding))}`;
  const key = scope
    .split('/')
    .reduce((key, part) => createHmac('sha256', key).update(part).digest(), Buffer.from(`AWS4${request.keys.secretAccessKey}`));
  return { signature: hmacHex(key, text), scope, key };
}

function target(path: string, query: string): string {
  return query === '' ? path : `${path}?${query}`;
}
