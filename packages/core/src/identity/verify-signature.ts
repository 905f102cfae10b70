import type { KeyObject } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import { TokenInvalidError } from '../errors.ts';
import type { BearerTokenSettings } from './bearer-token-options.ts';

/**
 * Verifies signature, algorithm, issuer, `exp` and `nbf`.
 *
 * INVARIANT: `parseUnverified` accepted the token and `keyFault` the key, so any other error than the two named in
 * `reasonOf` means the signature. The library's error is never a `cause`: its message may quote the token.
 *
 * @throws {@link TokenInvalidError}
 */
export function verifySignature(token: string, key: KeyObject, settings: BearerTokenSettings): void {
  const { algorithms, issuer, clockToleranceSeconds: clockTolerance } = settings;
  try {
    jsonwebtoken.verify(token, key, { algorithms: [...algorithms], issuer, clockTolerance });
  } catch (error) {
    throw new TokenInvalidError(reasonOf(error));
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof jsonwebtoken.TokenExpiredError) return 'expired';
  if (error instanceof jsonwebtoken.NotBeforeError) return 'not yet valid';
  return 'the signature does not match the key';
}
