// Not by name: an older Node.js has no `hash`, and would report this line instead of its version.
import crypto from 'node:crypto';

/** SHA-256 in base64url. It identifies a text without storing it. */
export function digestOf(text: string): string {
  return crypto.hash('sha256', text, 'base64url');
}
