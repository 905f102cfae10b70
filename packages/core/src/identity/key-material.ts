import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';

/** PEM with any label, the text format of RFC 4716, and a line of OpenSSH's `authorized_keys`. */
const KEY_TEXT = /---- ?BEGIN |^\s*(?:ssh|ecdsa)-\S+ AAAA/;
/** The first byte of every key and certificate in DER. */
const DER_SEQUENCE = 0x30;

const parsers: readonly ((bytes: Buffer) => unknown)[] = [
  (key) => createPublicKey({ key, format: 'der', type: 'spki' }),
  (key) => createPublicKey({ key, format: 'der', type: 'pkcs1' }),
  (key) => createPrivateKey({ key, format: 'der', type: 'pkcs8' }),
  (key) => createPrivateKey({ key, format: 'der', type: 'pkcs1' }),
  (key) => createPrivateKey({ key, format: 'der', type: 'sec1' }),
  (certificate) => new X509Certificate(certificate),
];

/**
 * Whether a shared secret is a key or a certificate: PEM, DER, JWK or JWKS, also as base64 or hexadecimal text.
 * An issuer publishes its public key, so anyone could sign tokens if that key were the secret of HS256 (RFC 8725, 2.1).
 */
export function isKeyMaterial(secret: Buffer): boolean {
  return [secret, ...decodingsOf(secret.toString())].some((bytes) => isKeyText(bytes.toString()) || isDer(bytes));
}

/** The bytes that a text may encode. */
function decodingsOf(text: string): readonly Buffer[] {
  const compact = text.replace(/\s/g, '');
  return [Buffer.from(text, 'latin1'), Buffer.from(compact, 'base64'), Buffer.from(compact, 'hex')];
}

function isKeyText(text: string): boolean {
  return KEY_TEXT.test(text) || isJwk(parseJson(text));
}

/** A key, a key set, or an array of them. */
function isJwk(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isJwk);
  return typeof value === 'object' && value !== null && ('kty' in value || ('keys' in value && isJwk(value.keys)));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isDer(bytes: Buffer): boolean {
  return bytes[0] === DER_SEQUENCE && parsers.some((parse) => parses(parse, bytes));
}

function parses(parse: (bytes: Buffer) => unknown, bytes: Buffer): boolean {
  try {
    parse(bytes);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ERR_MISSING_PASSPHRASE'; // an encrypted private key
  }
}
