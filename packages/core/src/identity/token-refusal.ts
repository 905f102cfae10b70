import { TokenInvalidError } from '../errors.ts';

/** What jsonwebtoken's messages begin with, and what we say instead; theirs repeat the options or come with a token's parts. */
const REASONS: readonly (readonly [beginning: string, reason: string])[] = [
  ['jwt expired', 'expired'],
  ['jwt not active', 'not yet valid'],
  ['invalid nbf', 'its `nbf` is not a number'],
  ['invalid signature', 'the signature is not that of the key'],
  ['jwt audience invalid', 'for another audience'],
  ['jwt issuer invalid', 'of another issuer'],
];

/** A refusal of jsonwebtoken as ours, without the original as its cause. */
export function tokenRefusal(error: unknown): TokenInvalidError {
  const message = error instanceof Error ? error.message : '';
  const [, reason = 'it cannot be verified'] = REASONS.find(([beginning]) => message.startsWith(beginning)) ?? [];
  return new TokenInvalidError(reason);
}
