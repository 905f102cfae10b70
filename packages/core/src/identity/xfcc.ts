import type { TokenInvalidError } from '../errors.ts';
import { certificateInvalid } from './source-errors.ts';

/** The members of an element that are used here. */
export interface XfccElement {
  /** The certificate, percent-encoded PEM. */
  readonly cert: string | undefined;
  /** SHA-256 of the certificate, in hexadecimal. */
  readonly hash: string | undefined;
}

/**
 * A key, and a value: quoted, with `\"` for a quote, or without the characters that separate. Envoy does not quote `URI` and `By`, also if
 * they contain a `=`.
 */
const PAIR = /([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^",;]*))/y;

/**
 * The last element of `x-forwarded-client-cert`: that of the proxy which is connected to this process. The elements before it come from
 * proxies that are further away, or from the client.
 *
 * @throws {@link TokenInvalidError} the header cannot be read, or the last element has a key twice
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-client-cert
 */
export function lastElement(header: string): XfccElement {
  let element = new Map<string, string>();
  let repeated = false;
  for (let at = 0; at < header.length; ) {
    PAIR.lastIndex = at;
    const [pair, key, quoted, plain = ''] = PAIR.exec(header) ?? [];
    if (pair === undefined || key === undefined) throw unreadable();
    const name = key.toLowerCase();
    // A certificate may have several names: only these two must be unique.
    repeated ||= element.has(name) && (name === 'cert' || name === 'hash');
    element.set(name, quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, '$1'));
    at += pair.length;
    const separator = header[at];
    if (separator === undefined) break;
    if ((separator !== ',' && separator !== ';') || at + 1 === header.length) throw unreadable();
    at += 1;
    if (separator === ',') {
      while (header[at] === ' ') at += 1;
      [element, repeated] = [new Map(), false];
    }
  }
  if (repeated) throw unreadable();
  return { cert: element.get('cert'), hash: element.get('hash') };
}

function unreadable(): TokenInvalidError {
  return certificateInvalid('`x-forwarded-client-cert` cannot be read');
}
