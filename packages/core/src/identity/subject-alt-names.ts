import type { X509Certificate } from 'node:crypto';
import { certificateInvalid } from './source-errors.ts';

/** One of the names of a certificate. */
export interface AltName {
  /** `DNS`, `URI`, `IP Address`, `email`, … as Node writes it. */
  readonly type: string;
  readonly value: string;
}

/** Node quotes a value as in JSON if it has a comma, a quote or another character that could be read as the next name. */
const NAME = /([A-Za-z][A-Za-z ]*):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/y;

/**
 * The subject alternative names of a certificate.
 *
 * @throws TokenInvalidError: they cannot be read without doubt
 * @see https://nodejs.org/api/crypto.html#x509subjectaltname
 */
export function subjectAltNames({ subjectAltName = '' }: Pick<X509Certificate, 'subjectAltName'>): readonly AltName[] {
  const names: AltName[] = [];
  NAME.lastIndex = 0;
  while (NAME.lastIndex < subjectAltName.length) {
    const [, type, text = ''] = NAME.exec(subjectAltName) ?? [];
    if (type === undefined) throw certificateInvalid('the names of the certificate cannot be read');
    names.push({ type, value: text.startsWith('"') ? unquoted(text) : text });
  }
  return names;
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    throw certificateInvalid('the names of the certificate cannot be read');
  }
}
