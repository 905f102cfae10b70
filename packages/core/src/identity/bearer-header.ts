import { TokenInvalidError } from '../errors.ts';

/** Characters of a token at most. Node itself answers 431 once all headers together exceed 16 KiB. */
export const MAX_TOKEN_LENGTH = 8_192;

/** What is read of a header: a string, or in the parser's own test one that counts its steps. */
export interface Characters {
  readonly length: number;
  charCodeAt(index: number): number;
  slice(start: number): string;
}

const SCHEME = 'bearer';
const SPACE = 0x20;
const EQUALS = 0x3d;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const IN_TOKEN68 = membership(`${LETTERS}-._~+/`);
const IN_SCHEME = membership(`${LETTERS}!#$%&'*+-.^_\`|~`);

/**
 * What the `Authorization` headers of a request present as a bearer token, or `undefined` where they present none.
 *
 * @throws {@link TokenInvalidError} more than one header, or a malformed one
 */
export function presentedToken(authorization: readonly string[] | undefined): string | undefined {
  const [header, ...more] = authorization ?? [];
  if (header === undefined) return undefined;
  // Node keeps the first of two in `headers`, a proxy may have judged the second.
  if (more.length > 0) throw new TokenInvalidError('more than one Authorization header');
  return parseBearer(header);
}

/**
 * What follows the scheme, in any case, and exactly one space. Another scheme presents nothing to us.
 * The characters are judged by {@link requireToken68}, once for a token and not once for a request.
 *
 * @throws {@link TokenInvalidError} a Bearer header without a token, or with one that is too long
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
 * Refuses what is not RFC 6750's `b64token`. It looks at each character once, or twice where one sort follows the other.
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

function malformed(): TokenInvalidError {
  return new TokenInvalidError('malformed Authorization header');
}

function namesBearer(header: Characters): boolean {
  for (let at = 0; at < SCHEME.length; at += 1) {
    if ((header.charCodeAt(at) | 0x20) !== SCHEME.charCodeAt(at)) return false;
  }
  return IN_SCHEME[header.charCodeAt(SCHEME.length)] !== 1; // `Bearerish abc` is a scheme of its own
}

function membership(characters: string): Uint8Array {
  const table = new Uint8Array(128);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}
