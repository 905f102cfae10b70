import { systemClock } from '../clock.ts';
import { digestOf } from '../digest.ts';
import { TokenInvalidError } from '../errors.ts';
import type { MaybePromise } from '../maybe-promise.ts';
import type { TenantIdentity } from '../tenant.ts';
import { AlbKeys } from './alb-keys.ts';
import { type AlbOidcOptions, readAlbOidcOptions } from './alb-oidc-options.ts';
import { parseAlbToken, type UnverifiedAlbToken, verifyAlbToken } from './alb-token.ts';
import type { IdentityRequest, IdentitySource } from './identity-source.ts';
import { ownProperty, ownValue, readTenant } from './tenant-claim.ts';
import { recordVerification } from './verified-claims.ts';
import { VerifiedTokens } from './verified-tokens.ts';

const HEADER = 'x-amzn-oidc-data';
/** The defaults of `bearerToken()`. */
const TOKEN_CACHE = { max: 10_000, maxAgeMs: 300_000 };

/**
 * The identity source of users that an Application Load Balancer has authenticated. It reads `x-amzn-oidc-data`, the token that the load
 * balancer signs, and no other header: `x-amzn-oidc-identity` is not signed. Without the header, nothing is presented.
 *
 * A token is refused whose signer, client or issuer is another one, that has expired, or whose signature is wrong. Allow only the load balancer
 * to connect to the application: it signs the token, but a client that has one can send it again until it expires.
 *
 * @throws {@link ConfigurationError} with every fault of the options
 * @see Elastic Load Balancing User Guide for Application Load Balancers, "User claims encoding and signature verification"
 * @example
 * const identity = albOidc({ loadBalancerArn, clientId: '1example23456789', issuer: 'https://login.example.com' });
 */
export function albOidc(options: AlbOidcOptions): IdentitySource {
  const settings = readAlbOidcOptions(options);
  const keys = new AlbKeys({ url: settings.keysUrl });
  const verified = new VerifiedTokens(TOKEN_CACHE);
  const verifier = {};

  function albOidc({ headersDistinct }: IdentityRequest): MaybePromise<TenantIdentity | undefined> {
    const [token, ...more] = headersDistinct[HEADER] ?? [];
    if (token === undefined) return undefined;
    if (more.length > 0) throw new TokenInvalidError(`\`${HEADER}\` was sent more than once`);
    const [digest, now] = [digestOf(token), systemClock.now()];
    return verified.find(digest, now)?.identity ?? verify(token, digest);
  }

  async function verify(token: string, digest: string): Promise<TenantIdentity> {
    const unverified = parseAlbToken(token, settings, systemClock.now().wall);
    const key = await keys.find(unverified.keyId);
    const now = systemClock.now();
    verifyAlbToken(unverified, key, now.wall);
    const verification = recordVerification(unverified.claims, unverified.expiresAt, now, verifier);
    verification.identity = identityOf(unverified, settings.tenantClaim);
    verified.keep(digest, verification);
    return verification.identity;
  }

  return Object.assign(albOidc, {
    source: 'claims' as const,
    ready: () => keys.ready(),
    close() {
      keys.close();
      verified.close();
    },
  });
}

function identityOf({ claims, expiresAt }: UnverifiedAlbToken, tenantClaim: readonly string[]): TenantIdentity {
  const subject = ownProperty(claims, 'sub');
  return Object.freeze({
    tenantId: readTenant(ownValue(claims, tenantClaim), tenantClaim.join('.')),
    claims,
    source: 'claims' as const,
    ...(typeof subject === 'string' && { subject }),
    expiresAt,
  });
}
