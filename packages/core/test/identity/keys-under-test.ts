import type { KeyObject } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { beforeEach, expect } from 'vitest';
import { freshFixture } from '../../../../test/support/fixture.ts';
import { fixedAddress } from '../../src/identity/issuer.ts';
import { SigningKeys } from '../../src/identity/signing-keys.ts';
import { SettableClock } from '../settable-clock.ts';
import { IssuerUnderTest, signingPair } from './issuer-under-test.ts';

/** The first key of the issuer in {@link keysUnderTest}, and the one that a test may rotate to. */
export const old = signingPair('old');
export const rotated = signingPair('rotated');
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export const unknown: unknown = expect.objectContaining({ code: 'token_invalid', status: 401 });
export const unavailable: unknown = expect.objectContaining({ code: 'keys_unavailable', status: 503, headers: { 'Retry-After': '1' } });
export const fail = (_: unknown, response: ServerResponse): void => void response.writeHead(500).end();

interface KeysUnderTest {
  readonly issuer: IssuerUnderTest;
  readonly clock: SettableClock;
  /** The keys of the issuer. */
  readonly keys: SigningKeys;
  readonly find: (keyId: string | undefined, of?: SigningKeys) => Promise<KeyObject>;
  /** Returns a key synchronously, or throws. */
  readonly findSync: (keyId: string) => KeyObject;
}

/** An issuer for each test, and its keys, with a clock that the test sets. */
export function keysUnderTest(): KeysUnderTest {
  const clock = new SettableClock();
  beforeEach(() => clock.restart());
  const issuer = freshFixture(
    () => IssuerUnderTest.start(old),
    (started) => started.close(),
  );
  const keys = freshFixture(
    () => new SigningKeys({ address: fixedAddress(new URL(issuer.jwksUri)), algorithms: ['RS256'], clock }),
    (made) => made.close(),
  );
  return {
    issuer,
    clock,
    keys,
    find: async (keyId, of = keys) => of.find(keyId, 'RS256'),
    findSync: (keyId) => {
      const key = keys.find(keyId, 'RS256');
      if (key instanceof Promise) throw new Error('the key was not returned synchronously');
      return key;
    },
  };
}
