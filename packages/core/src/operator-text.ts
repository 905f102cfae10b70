/** Longer texts are cut before they are searched: a text of a request may have any length. */
const MAX_SEARCHED = 1_000;

/** What looks like a token, an access key of AWS with its secret, or a session token. Each pattern takes linear time. */
const SECRETS: readonly RegExp[] = [
  /\bBearer\s+\S+/gi,
  /eyJ[\w-]*(?:\.[\w-]*)*/g,
  /(?<![\w-])[\w-]{16,}\.[\w-]{16,}\.[\w-]{8,}/g,
  /\bA(?:KIA|SIA)[A-Z0-9]{12,}\b/g,
  /(?<![\w+/=-])[A-Za-z0-9+/]{40}(?![\w+/=-])/g,
  /(?<![\w+/=-])[\w+/=-]{100,}/g,
];

/** Characters that end a line, that a terminal obeys, or that change the direction of a text. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]+/gu;

/**
 * Makes one line for the operator's log of a text that other code wrote: without what looks like a secret, control characters,
 * line breaks and the `%` of format strings, and at most `max` characters long.
 */
export function operatorText(text: string, max = 300): string {
  const line = withoutSecrets(text.slice(0, MAX_SEARCHED)).replaceAll(INVISIBLE, ' ').replaceAll('%', '\\x25').trim();
  return line.length > max ? `${line.slice(0, max)}…` : line;
}

/** Replaces what looks like a secret. */
export function withoutSecrets(text: string): string {
  return SECRETS.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
}
