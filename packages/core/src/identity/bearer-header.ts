import { TokenInvalidError } from '../errors.ts';

/** The maximum length of a token. Node itself responds with 431 if all headers together exceed 16 KiB. */
export const MAX_TOKEN_LENGTH = 8_192;

/** The part of `String` that the parser uses. Its test passes an object that counts the reads. */
export interface Characters {
  readonly length: number;
  charCodeAt(index: number): number;
  slice(start: number): string;
}

const AUTHORIZATION = 'authorization';
const SCHEME = 'bearer';
const SPACE = 0x20;
const EQUALS = 0x3d;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const IN_TOKEN68 = membership(`${LETTERS}-._~+/`);
const IN_SCHEME = membership(`${LETTERS}!#$%&'*+-.^_\`|~`);

/**
 * The bearer token in the `Authorization` headers of a request; `undefined` if no bearer token was sent.
 *
 * @throws {@link TokenInvalidError} more than one header, or a malformed header
 */
export function presentedToken(authorization: readonly string[] | undefined): string | undefined {
  const header = onlyAuthorization(authorization);
  return header === undefined ? undefined : parseBearer(header);
}

/**
 * The `Authorization` header in Node's `headersDistinct`.
 *
 * @throws {@link TokenInvalidError} more than one header
 */
export function onlyAuthorization(authorization: readonly string[] | undefined): string | undefined {
  if (authorization !== undefined && authorization.length > 1) throw moreThanOne();
  return authorization?.[0];
}

/**
 * The `Authorization` header in Node's `rawHeaders`. Does not build the other headers, as `headersDistinct` does.
 *
 * @throws {@link TokenInvalidError} more than one header
 */
export function authorizationIn(rawHeaders: readonly string[]): string | undefined {
  let header: string | undefined;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length !== AUTHORIZATION.length || name.toLowerCase() !== AUTHORIZATION) continue;
    if (header !== undefined) throw moreThanOne();
    header = rawHeaders[at + 1];
  }
  return header;
}

/**
 * The text after the scheme `Bearer`, in any letter case, and exactly one space; `undefined` for another scheme.
 * {@link requireToken68} checks its characters, once for each token and not once for each request.
 *
 * @throws {@link TokenInvalidError} a Bearer header without a token, or with a token that is too long
 * @see RFC 6750, section 2.1
 */
export function parseBearer(header: Characters): string | undefined {
  if (!namesBearer(header)) return undefined;
  const start = SCHEME.length + 1;
  if (header.charCodeAt(SCHEME.length) !== SPACE || header.length === start) throw malformed();
  if (header.length - start > MAX_TOKEN_LENGTH) throw new TokenInvalidError(`longer than ${MAX_TOKEN_LENGTH} characters`);
  return header.slice(start);
}

/**
 * Refuses a token that is not a `b64token` of RFC 6750. Each character is read at most twice.
 *
 * @throws {@link TokenInvalidError}
 */
export function requireToken68(token: Characters): void {
  let at = 0;
  while (at < token.length && IN_TOKEN68[token.charCodeAt(at)] === 1) at += 1;
  if (at === 0) throw malformed();
  while (at < token.length && token.charCodeAt(at) === EQUALS) at += 1;
  if (at < token.length) throw malformed();
}

/** Node keeps only the first of two in `headers`, while a proxy may have checked the second. */
function moreThanOne(): TokenInvalidError {
  return new TokenInvalidError('more than one Authorization header');
}

function malformed(): TokenInvalidError {
  return new TokenInvalidError('malformed Authorization header');
}

function namesBearer(header: Characters): boolean {
  for (let at = 0; at < SCHEME.length; at += 1) {
    if ((header.charCodeAt(at) | 0x20) !== SCHEME.charCodeAt(at)) return false;
  }
  return IN_SCHEME[header.charCodeAt(SCHEME.length)] !== 1; // `Bearerish abc` has another scheme
}

function membership(characters: string): Uint8Array {
  const table = new Uint8Array(128);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}
