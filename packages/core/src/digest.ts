import { hash } from 'node:crypto';

/** The SHA-256 of a text, in base64url: to know it again without keeping it. */
export function digestOf(text: string): string {
  return hash('sha256', text, 'base64url');
}
