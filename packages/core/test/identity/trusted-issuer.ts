import { expect } from 'vitest';
import { sharedFixture } from '../../../../test/support/fixture.ts';
import { bearerToken } from '../../src/identity/bearer-token.ts';
import type { BearerTokenOptions } from '../../src/identity/bearer-token-options.ts';
import type { IdentitySource } from '../../src/identity/identity-source.ts';
import type { TenantIdentity } from '../../src/tenant.ts';
import { IssuerUnderTest, signingPair } from './issuer-under-test.ts';
import { bearing } from './request.ts';

/** The key of {@link trustedIssuer}, and one that it does not publish. */
export const pair = signingPair('a');
export const second = signingPair('b');

interface TrustedIssuer {
  readonly issuer: IssuerUnderTest;
  /** A source that trusts the issuer, shared by all tests of the file. */
  readonly source: IdentitySource;
  /** The identity of a token, by `source` or by another source. */
  readonly identify: (token: string, by?: IdentitySource) => Promise<TenantIdentity | undefined>;
  /** A new source with the issuer's key. */
  readonly sourceWith: (options: Partial<BearerTokenOptions>) => IdentitySource;
}

/** An issuer shared by all tests of a file, and sources that trust it. */
export function trustedIssuer(): TrustedIssuer {
  const issuer = sharedFixture(
    () => IssuerUnderTest.start(pair),
    (started) => started.close(),
  );
  let made: IdentitySource | undefined;
  const source: IdentitySource = (request) => (made ??= bearerToken(issuer.options))(request);
  return {
    issuer,
    source,
    identify: async (token, by = source) => by(bearing(token)),
    sourceWith: (options) => bearerToken({ ...issuer.options, secretOrKey: pair.publicKey, ...options }),
  };
}

/** Matches the error of a token refused for this reason. */
export function invalid(reason: string): object {
  return expect.objectContaining({ code: 'token_invalid', status: 401, detail: { reason } });
}
