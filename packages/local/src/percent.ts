import { AwsError } from './services/service.ts';

// Throughout, a "binary" string holds one byte in each character, as Node hands over paths and headers:
// signatures are over bytes, and a detour over UTF-8 would make two byte strings equal that are not.

const ESCAPES = /%([0-9A-Fa-f]{2})|%/g;
const UNRESERVED = /^[A-Za-z0-9._~-]$/;

/** Decodes percent escapes to a binary string. A `%` without two hex digits is refused. */
export function percentDecode(text: string): string {
  return text.replace(ESCAPES, (_, hex: string | undefined) => {
    if (hex === undefined)
      throw new AwsError('InvalidURI', 400, "Couldn't parse the specified URI: a percent sign is not followed by two hex digits.");
    return String.fromCharCode(Number.parseInt(hex, 16));
  });
}

/** Encodes a binary string as SigV4 does: everything but the unreserved characters of RFC 3986, in upper-case hex. */
export function percentEncode(binary: string): string {
  let encoded = '';
  for (const character of binary) {
    encoded += UNRESERVED.test(character) ? character : `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

/** Reads a binary string as UTF-8, or refuses it: a replacement character would make different names equal. */
export function utf8(binary: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(binary, 'latin1'));
  } catch {
    throw new AwsError('InvalidArgument', 400, 'A header or a parameter is not valid UTF-8.');
  }
}
