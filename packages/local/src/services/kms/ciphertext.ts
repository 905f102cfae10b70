import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import { canonicalContext, type EncryptionContext } from './encryption-context.ts';

const ALGORITHM = 'aes-256-gcm';
const VERSION = Buffer.from([1]);
const ID_BYTES = 16;
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** The version and the id of the key. */
const HEAD_BYTES = VERSION.length + ID_BYTES;

/**
 * Encrypts with AES-256-GCM. The ciphertext names its key, which Decrypt needs. Both the name and the encryption context
 * are authenticated.
 *
 * @param keyId a UUID
 */
export function encrypt(keyId: string, material: KeyObject, plaintext: Uint8Array, context: EncryptionContext): Buffer {
  const head = Buffer.concat([VERSION, Buffer.from(keyId.replaceAll('-', ''), 'hex')]);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, material, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.concat([head, Buffer.from(canonicalContext(context))]));
  const encrypted = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([head, iv, cipher.getAuthTag(), encrypted]);
}

/** The id of the key that encrypted it; undefined if it is not a ciphertext of this format. */
export function keyIdOf(ciphertext: Buffer): string | undefined {
  if (ciphertext.length <= HEAD_BYTES + IV_BYTES + TAG_BYTES || !ciphertext.subarray(0, VERSION.length).equals(VERSION)) return undefined;
  const hex = ciphertext.toString('hex', VERSION.length, HEAD_BYTES);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The plaintext; undefined if the ciphertext was changed, or the key or the encryption context is another one. */
export function decrypt(material: KeyObject, ciphertext: Buffer, context: EncryptionContext): Buffer | undefined {
  const head = ciphertext.subarray(0, HEAD_BYTES);
  const iv = ciphertext.subarray(HEAD_BYTES, HEAD_BYTES + IV_BYTES);
  const tag = ciphertext.subarray(HEAD_BYTES + IV_BYTES, HEAD_BYTES + IV_BYTES + TAG_BYTES);
  try {
    const decipher = createDecipheriv(ALGORITHM, material, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.concat([head, Buffer.from(canonicalContext(context))]));
    decipher.setAuthTag(tag);
    const encrypted = ciphertext.subarray(HEAD_BYTES + IV_BYTES + TAG_BYTES);
    return Buffer.concat([decipher.update(encrypted), decipher.final()]);
  } catch {
    return undefined;
  }
}
