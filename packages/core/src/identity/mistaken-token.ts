import { TokenInvalidError } from '../errors.ts';

/** What JavaScript makes of a value that is not a string. */
const TEXTS: ReadonlySet<string> = new Set(['[object Promise]', '[object Object]', 'undefined', 'null', 'NaN', 'true', 'false']);

export const MISTAKEN_TEXT = {
  promise: 'the Authorization header has the text `[object Promise]` instead of a token',
  twice: 'the Authorization header has the word `Bearer` twice',
} as const;

/** The error for a text that is no token because of a usual mistake of a client. The text is known, so it may be repeated. */
export function mistakenToken(token: string): TokenInvalidError | undefined {
  if (TEXTS.has(token)) return new TokenInvalidError(`the Authorization header has the text \`${token}\` instead of a token`);
  return /^bearer /i.test(token) ? new TokenInvalidError(MISTAKEN_TEXT.twice) : undefined;
}
