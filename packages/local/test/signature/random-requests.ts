import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import aws4 from 'aws4';
import type { Random } from '../../../../test/support/random.ts';
import type { Keys } from '../../src/sessions.ts';
import { SESSION, USER, type Wire } from './recorder.ts';

/** A signed request, and how it was signed. */
export interface Signed extends Wire {
  readonly service: string;
  readonly presigned: boolean;
  /** The body is covered by the signature. */
  readonly signsBody: boolean;
  readonly signer: string;
}

const NAMES = [
  'a',
  'B',
  '7',
  '-',
  '_',
  '.',
  '~',
  ' ',
  '+',
  '%',
  '=',
  '&',
  '/',
  '?',
  '*',
  "'",
  '(',
  '!',
  '\u00e9',
  '\u6f22',
  '\u{1f511}',
] as const;
const PATH = ['a', 'B', '7', '-', '_', '.', '~', ' ', '+', '%', '=', '&', '*', "'", '(', '!', '@', ':', '\u00e9', '\u6f22', '/'] as const;
const HEADER = ['a', 'B', '7', '-', ' ', '  ', '\t', ',', ';', ':', '=', '"', '\u00e9', '\u6f22'] as const;

/** A random request, signed by `@smithy/signature-v4` or `aws4`, in the header or in the query. */
export async function randomSigned(random: Random, host: string, now: number): Promise<Signed> {
  const service = random.pick(['s3', 's3', 'dynamodb', 'sts']);
  const path = service === 's3' ? s3Path(random) : random.pick(['/', '/', '/a%20b/c']);
  const query = randomQuery(random);
  const body = Buffer.from(random.chance(50) ? random.text(NAMES, 0, 40) : '');
  const headers = randomHeaders(random, host);
  const keys = random.pick([USER, SESSION]);
  const presigned = random.chance(30);
  const method = random.pick(['GET', 'PUT', 'POST', 'DELETE', 'HEAD']);
  const draft = { service, path, query, body: method === 'GET' || method === 'HEAD' ? Buffer.alloc(0) : body, headers, method };
  return random.chance(60) ? bySmithy(random, draft, keys, presigned, now) : byAws4(random, draft, keys, presigned, now);
}

interface Draft {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

async function bySmithy(random: Random, draft: Draft, keys: Keys, presigned: boolean, now: number): Promise<Signed> {
  const s3 = draft.service === 's3';
  const signer = new SignatureV4({
    service: draft.service,
    region: 'us-east-1',
    credentials: { ...keys },
    sha256: NodeSha256,
    uriEscapePath: !s3,
    applyChecksum: s3,
  });
  const unsigned = s3 && random.chance(30);
  const headers = { ...draft.headers, ...((unsigned || (s3 && presigned)) && { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }) };
  const request = { protocol: 'http:', hostname: '127.0.0.1', ...draft, headers, query: { ...draft.query } };
  const options = { signingDate: new Date(now) };
  const signed = presigned
    ? await signer.presign(request, { ...options, expiresIn: 1 + random.below(604_800) })
    : await signer.sign(request, options);
  return {
    service: draft.service,
    presigned,
    signsBody: !s3 || !(unsigned || presigned),
    signer: 'smithy',
    method: draft.method,
    target: draft.path + queryString(random, signed.query ?? {}),
    headers: onTheWire(signed.headers),
    body: draft.body,
  };
}

function byAws4(random: Random, draft: Draft, keys: Keys, presigned: boolean, now: number): Signed {
  const s3 = draft.service === 's3';
  // aws4 rewrites some paths and headers: it gets only those that it does not change.
  const path = draft.path.replaceAll('%2e', '.');
  const timestamp = new Date(now).toISOString().replace(/\.\d{3}|[-:]/g, '');
  const query = new URLSearchParams({
    ...draft.query,
    ...(presigned && { 'X-Amz-Date': timestamp, 'X-Amz-Expires': String(1 + random.below(604_800)) }),
  });
  const search = query.toString().replaceAll('+', '%20');
  const ascii = Object.fromEntries(Object.entries(draft.headers).filter(([, value]) => /^[\x20-\x7e]*$/.test(value)));
  const signed = aws4.sign(
    {
      service: draft.service,
      region: 'us-east-1',
      method: draft.method,
      path: path + (search && `?${search}`),
      headers: { ...ascii, ...(!presigned && { 'X-Amz-Date': timestamp }) },
      signQuery: presigned,
      ...(draft.body.length > 0 && { body: draft.body }),
    },
    { ...keys },
  );
  const headers = Object.fromEntries(Object.entries(signed.headers ?? {}).map(([name, value]) => [name, String(value)]));
  return {
    service: draft.service,
    presigned,
    signsBody: !s3 || !presigned,
    signer: 'aws4',
    method: draft.method,
    target: signed.path ?? '',
    headers,
    body: draft.body,
  };
}

function s3Path(random: Random): string {
  const segments = random.chance(20) ? ['..', '.', '', '%2e%2e'] : [];
  const raw = random.text(PATH, 0, 20).split('/').map(encode);
  return `/${['pool', ...raw, ...segments.slice(0, random.below(segments.length + 1))].join('/')}`;
}

function randomQuery(random: Random): Record<string, string> {
  const query: Record<string, string> = {};
  const count = random.below(4);
  for (let index = 0; index < count; index += 1)
    query[`${random.text(NAMES, 0, 6)}${index}`] = random.chance(20) ? '' : random.text(NAMES, 0, 12);
  return query;
}

function randomHeaders(random: Random, host: string): Record<string, string> {
  return {
    host,
    ...(random.chance(50) && {
      'content-type': random.pick(['text/plain', 'application/x-amz-json-1.0', 'application/json; charset=utf-8']),
    }),
    ...(random.chance(50) && { 'x-amz-meta-note': `x${random.text(HEADER, 0, 12)}x` }),
    ...(random.chance(30) && { 'x-amz-meta-empty': '' }),
    ...(random.chance(30) && { range: 'bytes=0-9', 'user-agent': 'test/1  (x)' }),
  };
}

/** Escapes some characters without need: the signature covers the decoded query, not its encoding. */
function queryString(random: Random, query: Readonly<Record<string, string | string[] | null>>): string {
  const pairs = Object.entries(query).map(([name, value]) => {
    const encoded = encode(String(value)).replace(/[A-Za-z]/g, (c, at, all) =>
      random.chance(5) && all[at - 1] !== '%' && all[at - 2] !== '%' ? `%${c.charCodeAt(0).toString(16)}` : c,
    );
    return encoded === '' && random.chance(50) ? encode(name) : `${encode(name)}=${encoded}`;
  });
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** Signers hash UTF-8, and Node writes one byte for each character of a header. */
function onTheWire(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]));
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** SHA-256 with the interface that `@smithy/signature-v4` requires. */
export class NodeSha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytes(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytes(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.#hash.digest()));
  }

  reset(): void {}
}

function bytes(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}
