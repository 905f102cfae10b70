import { type Instant, systemClock } from '../clock.ts';
import { digestOf } from '../digest.ts';
import { TokenInvalidError } from '../errors.ts';
import type { TenantIdentity } from '../tenant.ts';
import { MAX_TOKEN_LENGTH, requireToken68 } from './bearer-header.ts';
import type { BearerTokenSettings } from './bearer-token-options.ts';
import { discoveredAddress, fixedAddress } from './issuer.ts';
import { type KeySource, SigningKeys } from './signing-keys.ts';
import { ownValue, readTenant } from './tenant-claim.ts';
import { parseUnverified } from './unverified-token.ts';
import { type Claims, recordVerification, verificationOf } from './verified-claims.ts';
import { type TokenDigest, VerifiedTokens } from './verified-tokens.ts';
import { verifySignature } from './verify-signature.ts';

/** Verifies the tokens of one issuer: the one verifier of `bearerToken()` and of `TenantJwtStrategy`. */
export class TokenVerifier {
  private readonly settings: BearerTokenSettings;
  private readonly keys: KeySource;
  private readonly verified: VerifiedTokens;
  /** Verifications in progress: concurrent requests with the same token share one. */
  private readonly pending = new Map<TokenDigest, Promise<Claims>>();
  private readonly identities = new WeakMap<Claims, TenantIdentity>();

  constructor(settings: BearerTokenSettings) {
    this.settings = settings;
    this.keys = keysOf(settings);
    this.verified = new VerifiedTokens(settings.tokenCache);
  }

  /**
   * The identity of a token: synchronously, and the same object each time, while its cache entry is valid.
   *
   * @throws {@link TokenInvalidError}, {@link KeysUnavailableError}, {@link TenantMissingError}, {@link TenantInvalidError}
   */
  identify(token: string, digest: TokenDigest = digestOf(token)): TenantIdentity | Promise<TenantIdentity> {
    const claims = this.claimsOf(token, digest);
    return claims instanceof Promise ? claims.then((verified) => this.identityOf(verified)) : this.identityOf(claims);
  }

  /** The identity of a token in the cache. */
  cached(digest: TokenDigest, now: Instant): TenantIdentity | undefined {
    const claims = this.verified.find(digest, now);
    return claims === undefined ? undefined : this.identityOf(claims);
  }

  /** The claims of a token: synchronously, and the same object each time, while its cache entry is valid. */
  claimsOf(token: string, digest: TokenDigest = digestOf(token)): Claims | Promise<Claims> {
    if (token.length > MAX_TOKEN_LENGTH) throw new TokenInvalidError(`longer than ${MAX_TOKEN_LENGTH} characters`);
    return this.verified.find(digest, systemClock.now()) ?? this.pending.get(digest) ?? this.verifyOnce(token, digest);
  }

  /** The identity of claims: the same object for the same verified claims. */
  identityOf(claims: Claims): TenantIdentity {
    const known = this.identities.get(claims);
    if (known !== undefined) return known;
    const identity = toIdentity(claims, this.settings.tenant);
    if (verificationOf(claims) !== undefined) this.identities.set(claims, identity);
    return identity;
  }

  ready(): Promise<void> {
    return this.keys.ready();
  }

  close(): void {
    this.keys.close();
    this.verified.clear();
  }

  private verifyOnce(token: string, digest: TokenDigest): Promise<Claims> {
    const verification = this.verify(token, digest).finally(() => this.pending.delete(digest));
    this.pending.set(digest, verification);
    return verification;
  }

  private async verify(token: string, digest: TokenDigest): Promise<Claims> {
    const { settings } = this;
    requireToken68(token);
    const accepts = (name: string): boolean => settings.algorithms.some((accepted) => accepted === name);
    const { algorithm, keyId, issuer, issuedAt = 0 } = parseUnverified(token, accepts);
    // Before the key is looked up: tokens of another issuer must not cause a fetch.
    if (issuer !== settings.issuer) throw new TokenInvalidError('of another issuer');
    if ((issuedAt - settings.clockToleranceSeconds) * 1_000 > systemClock.now().wall) throw new TokenInvalidError('issued in the future');
    const key = await this.keys.find(keyId, algorithm);
    const claims = verifySignature(token, key, settings);
    checkAudience(claims, settings);
    recordVerification(claims, Number(claims['exp']) * 1_000);
    this.verified.keep(digest, claims, systemClock.now());
    return claims;
  }
}

function keysOf({ keys, issuer, algorithms }: BearerTokenSettings): KeySource {
  if (keys === 'discovery') return new SigningKeys({ address: discoveredAddress(issuer, systemClock), algorithms });
  if ('jwksUri' in keys) return new SigningKeys({ address: fixedAddress(keys.jwksUri), algorithms });
  return { find: () => keys.fixed, ready: () => Promise.resolve(), close: () => undefined };
}

/** Cognito's access tokens name their client instead of an audience. @see Amazon Cognito, "Understanding the access token" */
function checkAudience(claims: Claims, { tokenUse, audience }: BearerTokenSettings): void {
  if (tokenUse !== undefined && ownValue(claims, ['token_use']) !== tokenUse)
    throw new TokenInvalidError(`its \`token_use\` is not '${tokenUse}'`);
  const [client, aud] = [ownValue(claims, ['client_id']), ownValue(claims, ['aud'])];
  const accepts = (value: unknown): boolean => audience.some((accepted) => accepted === value);
  const acceptsAud = [aud].flat().some(accepts);
  // An access token that was issued for one API also has an `aud`, which must then be ours (RFC 7519, 4.1.3).
  const accepted = tokenUse === 'access' ? accepts(client) && (aud === undefined || acceptsAud) : acceptsAud;
  if (!accepted) throw new TokenInvalidError('for another audience');
}

function toIdentity(claims: Claims, tenant: BearerTokenSettings['tenant']): TenantIdentity {
  const [sub, exp] = [ownValue(claims, ['sub']), ownValue(claims, ['exp'])];
  return Object.freeze({
    tenantId: 'fixed' in tenant ? tenant.fixed : readTenant(ownValue(claims, tenant.claim), tenant.claim.join('.')),
    ...(typeof sub === 'string' ? { subject: sub } : {}),
    claims,
    source: 'bearer' as const,
    ...(typeof exp === 'number' ? { expiresAt: exp * 1_000 } : {}),
  });
}
