import { createHash } from 'node:crypto';
import type { LocalAws } from '../local-aws.ts';
import { percentEncodeKey } from '../percent.ts';
import { stringToSign } from '../signature/canonical-request.ts';
import { sign, signingKey } from '../signature/signing-key.ts';
import { type RawRequest, sendRaw } from './raw-request.ts';

/** The content of an object. */
export type ObjectBody = string | Uint8Array;

/** The attributes of an item: strings, numbers, booleans, null, bytes, arrays and objects. */
export type Item = Readonly<Record<string, unknown>>;

/** Test data, by bucket and key, and by table. */
export interface Seeds {
  readonly objects: Readonly<Record<string, Readonly<Record<string, ObjectBody>>>>;
  readonly items: Readonly<Record<string, readonly Item[]>>;
}

interface SeedRequest extends RawRequest {
  readonly service: string;
  readonly body: ObjectBody;
}

/**
 * Writes test data as the administrator, and removes these calls from `aws.calls`.
 *
 * @throws Error that names the object or the table if it cannot be written
 */
export async function seed(aws: LocalAws, region: string, { objects, items }: Seeds): Promise<void> {
  for (const [bucket, contents] of Object.entries(objects))
    for (const [key, body] of Object.entries(contents)) {
      const path = `/${bucket}/${percentEncodeKey(key)}`;
      await send(aws, region, { service: 's3', method: 'PUT', path, headers: {}, body }, `the object \`${bucket}/${key}\``);
    }
  for (const [TableName, rows] of Object.entries(items))
    for (const row of rows) {
      const body = JSON.stringify({ TableName, Item: mapOf(row) });
      const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.PutItem' };
      await send(aws, region, { service: 'dynamodb', method: 'POST', path: '/', headers, body }, `an item of the table \`${TableName}\``);
    }
  aws.calls.length = 0;
}

async function send(aws: LocalAws, region: string, request: SeedRequest, what: string): Promise<void> {
  const { status, text } = await sendRaw(aws.url, { ...request, headers: signed(aws, region, request) });
  if (status !== 200) throw new Error(`${what} cannot be created: ${text}`);
}

/** The headers of the request, with its signature. */
function signed({ url, admin }: LocalAws, region: string, { service, method, path, headers, body }: SeedRequest): Record<string, string> {
  const timestamp = new Date().toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const payloadHash = createHash('sha256').update(body).digest('hex');
  const all = { ...headers, host: new URL(url).host, 'x-amz-date': timestamp, 'x-amz-content-sha256': payloadHash };
  const scope = `${timestamp.slice(0, 8)}/${region}/${service}/aws4_request`;
  const signedHeaders = Object.keys(all).toSorted();
  const incoming = { method, rawPath: path, query: [], headers: new Map(Object.entries(all)), remoteAddress: '' };
  const claim = { accessKeyId: admin.accessKeyId, region, service, scope, signedHeaders, signature: '', timestamp, signedAt: 0 };
  const signature = sign(signingKey(admin, scope), stringToSign(incoming, claim, payloadHash));
  const credential = `${admin.accessKeyId}/${scope}`;
  return {
    ...all,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`,
  };
}

function mapOf(item: Item): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).flatMap(([name, value]) => (value === undefined ? [] : [[name, attributeOf(value)]])));
}

/** A value as DynamoDB's JSON has it. */
function attributeOf(value: unknown): unknown {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number' || typeof value === 'bigint') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null) return { NULL: true };
  if (ArrayBuffer.isView(value)) return { B: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  if (Array.isArray(value)) return { L: value.map(attributeOf) };
  if (isPlain(value)) return { M: mapOf(value as Item) };
  throw new TypeError('an item can have strings, numbers, booleans, null, bytes, arrays and plain objects only');
}

/** Also for an object of another realm: test runners run the tests in a context of their own. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
