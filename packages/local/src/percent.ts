import { AwsError } from './services/service.ts';

// A "binary" string has one byte in each character, as Node reports paths and headers. A signature covers bytes:
// decoding them as UTF-8 first would make two different byte strings equal.

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const ESCAPES = /%([0-9A-Fa-f]{2})|%/g;
const ONLY_UNRESERVED = /^[A-Za-z0-9._~-]*$/;
const ASCII = /^[\0-\x7f]*$/;
const UNRESERVED = /^[A-Za-z0-9._~-]$/;

/**
 * Decodes percent escapes to a binary string.
 *
 * @throws {@link AwsError} InvalidURI for a `%` that is not followed by two hex digits
 */
export function percentDecode(text: string): string {
  return text.replace(ESCAPES, (_, hex: string | undefined) => {
    if (hex === undefined)
      throw new AwsError('InvalidURI', 400, "Couldn't parse the specified URI: a percent sign is not followed by two hex digits.");
    return String.fromCharCode(Number.parseInt(hex, 16));
  });
}

/** Encodes a binary string as SigV4 does: every character except the unreserved ones of RFC 3986, in upper-case hex. */
export function percentEncode(binary: string): string {
  if (ONLY_UNRESERVED.test(binary)) return binary;
  let encoded = '';
  for (const character of binary) {
    encoded += UNRESERVED.test(character) ? character : `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

/** Encodes the UTF-8 of an object key for a URL path. The slashes stay. */
export function percentEncodeKey(key: string): string {
  return key
    .split('/')
    .map((segment) => percentEncode(Buffer.from(segment).toString('latin1')))
    .join('/');
}

/**
 * Decodes a binary string as UTF-8. Invalid UTF-8 is refused: replacement characters would make different names equal.
 *
 * @throws {@link AwsError} InvalidArgument
 */
export function utf8(binary: string): string {
  if (ASCII.test(binary)) return binary;
  try {
    return UTF_8.decode(Buffer.from(binary, 'latin1'));
  } catch {
    throw new AwsError('InvalidArgument', 400, 'A header or a parameter is not valid UTF-8.');
  }
}
