import type { Faults } from '@tenant-aws/policy';
import { isObject } from '@tenant-aws/policy/json';
import { TokenInvalidError } from '../errors.ts';
import { MAX_TOKEN_LENGTH } from './bearer-header.ts';
import { isHeaderName } from './header-name.ts';
import type { IdentityRequest } from './identity-source.ts';

/** Where a request has its token, in place of the `Authorization` header: the token alone, without a scheme. */
export type TokenFrom = { readonly cookie: string } | { readonly header: string };

/** The token of a request; `undefined` if the request has no token. Throws {@link TokenInvalidError}. */
export type TokenReader = (headers: IdentityRequest['headersDistinct']) => string | undefined;

/** The characters of a cookie's name (RFC 6265, 4.1.1). */
const COOKIE_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** @param path the option, for the faults */
export function readTokenFrom(given: unknown, path: string, faults: Faults): TokenReader | undefined {
  if (given === undefined) return undefined;
  const [[kind, name] = [], ...more] = isObject(given) ? Object.entries(given) : [];
  if (more.length > 0 || typeof name !== 'string' || (kind !== 'cookie' && kind !== 'header')) {
    faults.option(path, "must be { cookie: 'session' } or { header: 'x-access-token' }");
    return undefined;
  }
  return kind === 'cookie' ? cookieReader(name, path, faults) : headerReader(name.toLowerCase(), path, faults);
}

function cookieReader(name: string, path: string, faults: Faults): TokenReader {
  if (!COOKIE_NAME.test(name)) faults.option(path, 'must have the name of a cookie');
  return ({ cookie: headers = [] }) =>
    only(
      headers.flatMap((header) => valuesOf(header, name)),
      `the cookie \`${name}\``,
    );
}

/** The values of a cookie in one `Cookie` header. Several cookies of one name have different paths or domains, and one may be of an attacker. */
function valuesOf(header: string, name: string): string[] {
  return header.split(';').flatMap((pair) => {
    const equals = pair.indexOf('=');
    return equals !== -1 && pair.slice(0, equals).trim() === name ? [pair.slice(equals + 1).trim()] : [];
  });
}

function headerReader(name: string, path: string, faults: Faults): TokenReader {
  if (!isHeaderName(name)) faults.option(path, 'must have the name of a header, such as `x-access-token`');
  if (name === 'authorization' || name === 'cookie') faults.option(path, `must not be the header \`${name}\`: ${ADVICE[name]}`);
  return (headers) => only(headers[name] ?? [], `the header \`${name}\``);
}

const ADVICE = {
  authorization: 'it is read without `tokenFrom`',
  cookie: "give { cookie: 'session' }",
} as const;

function only([token, ...more]: readonly string[], place: string): string | undefined {
  if (token === undefined) return undefined;
  if (more.length > 0) throw new TokenInvalidError(`${place} was sent more than once`);
  if (token === '') throw new TokenInvalidError(`${place} is empty`);
  if (token.length > MAX_TOKEN_LENGTH) throw new TokenInvalidError(`longer than ${MAX_TOKEN_LENGTH} characters`);
  return token;
}
