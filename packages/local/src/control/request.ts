import type { Readable } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { isObject, JsonError, type JsonObject } from '@tenant-aws/policy/json';
import { type Incoming, readBody, readHead } from '../incoming.ts';
import { AwsError } from '../services/service.ts';
import { parseStrictJson } from '../strict-json.ts';
import { badRequest, ControlError } from './error.ts';
import { isToken } from './token.ts';

/** The path of the control API. It cannot name a bucket: the name of a bucket has no underscore. */
const PREFIX = '/_local';
const MAX_BODY_BYTES = 64 * 1024;
const HOST = /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i;
const BEARER = /^bearer (.+)$/i;
const JSON_TYPE = /^application\/json(?:; *charset=utf-8)?$/i;

/** Which control requests are accepted. */
export interface ControlAccess {
  readonly token: string;
  /** The name of `--public-host`. IP addresses and `localhost` are always accepted. */
  readonly publicHost: string;
}

/** Whether a request is for the control API, and never for AWS. The raw target decides: `/%5Flocal` is a request to S3. */
export function isControlTarget(url: string | undefined): boolean {
  return url === PREFIX || url?.startsWith(`${PREFIX}/`) === true || url?.startsWith(`${PREFIX}?`) === true;
}

/**
 * Reads the head of a control request. No web page may make one: a page cannot send a request without `Origin` that has the token, and
 * with DNS rebinding its own host name would be in `Host`.
 *
 * @throws {@link ControlError} 400 for a malformed request, 403 for a request from a web page
 */
export function readControlHead(message: IncomingMessage): Omit<Incoming, 'body'> {
  const head = readStrictly(message);
  const site = head.headers.get('sec-fetch-site') ?? 'none';
  if (head.headers.has('origin') || site !== 'none') {
    throw new ControlError(403, 'origin_refused', 'The control API refuses requests from web pages: send the request without `Origin`.');
  }
  return head;
}

/** @throws {@link ControlError} 421 for a host name that is unknown, 401 without the token */
export function checkAccess({ headers }: Pick<Incoming, 'headers'>, { token, publicHost }: ControlAccess): void {
  const [, host = ''] = HOST.exec(headers.get('host') ?? '') ?? [];
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  if (isIP(name) === 0 && name !== 'localhost' && name !== publicHost.toLowerCase()) {
    throw new ControlError(421, 'host_unknown', 'The `Host` must be an IP address, `localhost`, or the name of `--public-host`.');
  }
  const [, given] = BEARER.exec(headers.get('authorization') ?? '') ?? [];
  if (given !== undefined && isToken(given, token)) return;
  throw new ControlError(401, 'token_invalid', 'The control API needs the header `Authorization: Bearer` with the control token.', {
    'www-authenticate': 'Bearer',
  });
}

/**
 * Reads a body that must be a JSON object; an empty object if there is no body.
 *
 * @throws {@link ControlError} 400, 413 or 415
 */
export async function readControlBody(message: Readable, headers: Incoming['headers']): Promise<JsonObject> {
  const body = await readBody(message, MAX_BODY_BYTES).catch((error: unknown) => {
    if (!(error instanceof AwsError)) throw error;
    throw new ControlError(413, 'body_too_large', `The body must have at most ${MAX_BODY_BYTES} bytes.`);
  });
  if (body.length === 0) return {};
  if (!JSON_TYPE.test(headers.get('content-type') ?? '') || headers.has('content-encoding')) {
    throw new ControlError(415, 'type_unsupported', 'The body must be JSON, with the header `Content-Type: application/json`.');
  }
  return parseObject(body);
}

function parseObject(body: Buffer): JsonObject {
  try {
    const value = parseStrictJson(body);
    if (isObject(value)) return value;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    // The error of the parser can contain a part of the body.
    throw badRequest('The body is not valid JSON, or one of its objects has the same key twice.');
  }
  throw badRequest('The body must be a JSON object.');
}

function readStrictly(message: IncomingMessage): Omit<Incoming, 'body'> {
  try {
    return readHead(message);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw badRequest('The target is malformed, or a header or a query parameter occurs more than once.');
  }
}
