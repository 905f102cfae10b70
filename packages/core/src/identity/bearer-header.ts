import { TokenInvalidError } from '../errors.ts';

/** Characters of a token at most. Node itself answers 431 once all headers together exceed 16 KiB. */
export const MAX_TOKEN_LENGTH = 8_192;

/** What is read of a header value: a string, or in the parser's own test one that counts its steps. */
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
 * The token of all `Authorization` headers of a request, or `undefined` where no bearer token was presented.
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
 * The token of one `Authorization` header: the scheme in any case, exactly one space, then RFC 6750's `b64token`.
 * Another scheme presents nothing to us. It looks at each character once at most.
 *
 * @throws {@link TokenInvalidError} a Bearer header that is malformed or too long
 * @see RFC 6750, section 2.1
 */
export function parseBearer(header: Characters, maxLength: number = MAX_TOKEN_LENGTH): string | undefined {
  if (!namesBearer(header)) return undefined;
  const start = SCHEME.length + 1;
  if (header.charCodeAt(SCHEME.length) !== SPACE || header.length === start) throw new TokenInvalidError('malformed Authorization header');
  if (header.length - start > maxLength) throw new TokenInvalidError(`longer than ${maxLength} characters`);
  let at = start;
  while (at < header.length && IN_TOKEN68[header.charCodeAt(at)] === 1) at += 1;
  const body = at;
  while (at < header.length && header.charCodeAt(at) === EQUALS) at += 1;
  if (body === start || at < header.length) throw new TokenInvalidError('malformed Authorization header');
  return header.slice(start);
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
