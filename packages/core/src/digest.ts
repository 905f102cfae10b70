import { hash } from 'node:crypto';

/** SHA-256 in base64url. It identifies a text without storing it. */
export function digestOf(text: string): string {
  return hash('sha256', text, 'base64url');
}
