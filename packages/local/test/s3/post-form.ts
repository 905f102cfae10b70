import { createHmac } from 'node:crypto';
import type { ClientKeys } from '../start-aws.ts';

/** The fields of a form. */
export type Fields = Readonly<Record<string, string>>;

/** Posts a form as a browser does, without following a redirect. */
export function postForm(url: string, fields: Fields, file: Blob | string, headers: Record<string, string> = {}): Promise<Response> {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  if (typeof file === 'string') body.append('file', file);
  else body.append('file', file);
  return fetch(url, { method: 'POST', body, headers, redirect: 'manual' });
}

/** The status of a response, and the code and the message of its error; both are empty for a success. */
export async function errorOf(response: Response): Promise<{ status: number; code: string; message: string }> {
  const text = await response.text();
  const part = (name: string) => (new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? '').replaceAll('&quot;', '"');
  return { status: response.status, code: part('Code'), message: part('Message') };
}

interface PolicyParts {
  readonly now: number;
  /** Conditions for the fields of the signature are added. */
  readonly conditions?: readonly unknown[];
  readonly expiration?: string;
  /** The whole policy, in place of the conditions. */
  readonly json?: string;
}

/** The signature fields of a form with any policy: the SDK makes only valid ones. */
export function signedPolicy(keys: ClientKeys, { now, conditions = [], json, expiration }: PolicyParts): Fields {
  const date = new Date(now).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const scope = `${date.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const fields = {
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': `${keys.accessKeyId}/${scope}`,
    'x-amz-date': date,
    ...(keys.sessionToken !== undefined && { 'x-amz-security-token': keys.sessionToken }),
  };
  const document =
    json ??
    JSON.stringify({
      expiration: expiration ?? new Date(now + 60_000).toISOString(),
      conditions: [...conditions, ...Object.entries(fields).map(([name, value]) => ({ [name]: value }))],
    });
  const policy = Buffer.from(document).toString('base64');
  const hmac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest();
  const key = scope.split('/').reduce<Buffer | string>((previous, part) => hmac(previous, part), `AWS4${keys.secretAccessKey}`);
  return { ...fields, policy, 'x-amz-signature': hmac(key, policy).toString('hex') };
}
