import type { KeyObject } from 'node:crypto';
import { type Instant, systemClock } from '../clock.ts';
import { digestOf } from '../digest.ts';
import { TokenInvalidError } from '../errors.ts';
import type { TenantIdentity } from '../tenant.ts';
import { MAX_TOKEN_LENGTH, requireToken68 } from './bearer-header.ts';
import type { BearerTokenSettings } from './bearer-token-options.ts';
import type { IdentityRequest } from './identity-source.ts';
import { discoveredAddress, fixedAddress } from './issuer.ts';
import { mistakenToken } from './mistaken-token.ts';
import { AUDIENCE, issuerReason } from './refusal-reasons.ts';
import { type KeySource, SigningKeys } from './signing-keys.ts';
import { ownProperty } from './tenant-claim.ts';
import { tenantOf } from './token-tenant.ts';
import { parseUnverified, type TokenHeader, type UnverifiedToken } from './unverified-token.ts';
import { type Claims, recordVerification, type VerifiedToken, verifiedTokenOf } from './verified-claims.ts';
import { type TokenDigest, VerifiedTokens } from './verified-tokens.ts';
import { verifySignature } from './verify-signature.ts';

/** Verifies the tokens of one issuer: the one verifier of `bearerToken()` and of `TenantJwtStrategy`. */
export class TokenVerifier {
  private readonly settings: BearerTokenSettings;
  private readonly keys: KeySource;
  private readonly verified: VerifiedTokens;
  /** Verifications that wait for their key: concurrent requests with the same token share one. */
  private readonly pending = new Map<TokenDigest, Promise<VerifiedToken>>();
  private readonly accepts: (algorithm: string) => boolean;
  /**
   * The header of the latest token with a valid signature. All tokens of one key have the same header, and reading it is
   * 5 % of a verification. The header of a refused token is not kept.
   */
  private verifiedHeader: TokenHeader | undefined;

  constructor(settings: BearerTokenSettings) {
    this.settings = settings;
    this.keys = keysOf(settings);
    this.verified = new VerifiedTokens(settings.tokenCache);
    const accepted: ReadonlySet<string> = new Set(settings.algorithms);
    this.accepts = (algorithm) => accepted.has(algorithm);
  }

  /**
   * The identity of a token: synchronously, and the same object each time, while its cache entry is valid.
   *
   * @throws {@link TokenInvalidError}, {@link KeysUnavailableError}, {@link TenantMissingError}, {@link TenantInvalidError}
   */
  identify(token: string, digest?: TokenDigest, request?: IdentityRequest): TenantIdentity | Promise<TenantIdentity> {
    const verified = this.verify(token, digest);
    return verified instanceof Promise ? verified.then((late) => this.identityIn(late, request)) : this.identityIn(verified, request);
  }

  /** The identity of a token in the cache. */
  cached(digest: TokenDigest, now: Instant, request?: IdentityRequest): TenantIdentity | undefined {
    const verified = this.verified.find(digest, now);
    return verified === undefined ? undefined : this.identityIn(verified, request);
  }

  /** The claims of a token: synchronously, and the same object each time, while its cache entry is valid. */
  claimsOf(token: string, digest?: TokenDigest): Claims | Promise<Claims> {
    const verified = this.verify(token, digest);
    return verified instanceof Promise ? verified.then(({ claims }) => claims) : verified.claims;
  }

  /** The identity of claims: the same object for the same claims, if this verifier verified them. */
  identityOf(claims: Claims): TenantIdentity {
    const verified = verifiedTokenOf(claims);
    return verified?.verifier === this ? this.identityIn(verified) : toIdentity(claims, tenantOf(this.settings.tenant, claims));
  }

  ready(): Promise<void> {
    return this.keys.ready();
  }

  close(): void {
    this.keys.close();
    this.verified.close();
  }

  /** The user of a token may belong to several tenants: an identity is that of a token and a tenant. */
  private identityIn(verified: VerifiedToken, request?: IdentityRequest): TenantIdentity {
    const { tenant } = this.settings;
    if ('fixed' in tenant || tenant.choose === undefined) {
      verified.identity ??= toIdentity(verified.claims, tenantOf(tenant, verified.claims));
      return verified.identity;
    }
    const choice = request && tenant.choose(request);
    const identities = (verified.identities ??= new Map());
    const known = identities.get(choice);
    if (known !== undefined) return known;
    const tenantId = tenantOf(tenant, verified.claims, choice);
    const identity = identities.get(tenantId) ?? toIdentity(verified.claims, tenantId);
    identities.set(choice, identity).set(tenantId, identity);
    return identity;
  }

  private verify(token: string, known: TokenDigest | undefined): VerifiedToken | Promise<VerifiedToken> {
    if (token.length > MAX_TOKEN_LENGTH) throw new TokenInvalidError(`longer than ${MAX_TOKEN_LENGTH} characters`);
    const [digest, now] = [known ?? digestOf(token), systemClock.now()];
    return this.verified.find(digest, now) ?? this.pending.get(digest) ?? this.verifyUnknown(token, digest, now);
  }

  /** Async, so that every refusal of a token is a rejection. It awaits only a key that is not in memory. */
  private async verifyUnknown(token: string, digest: TokenDigest, now: Instant): Promise<VerifiedToken> {
    const { issuer: trusted, clockToleranceSeconds } = this.settings;
    const unverified = this.parse(token);
    const { header, issuer, issuedAt = 0 } = unverified;
    // Before the key is looked up: tokens of another issuer must not cause a fetch.
    if (issuer !== trusted) throw new TokenInvalidError(issuerReason(issuer, [trusted]));
    if ((issuedAt - clockToleranceSeconds) * 1_000 > now.wall) throw new TokenInvalidError('issued in the future');
    const key = this.keys.find(header.keyId, header.algorithm);
    if (!(key instanceof Promise)) return this.verifyBy(key, unverified, token, digest, now);
    const verification = key
      .then((found) => this.verifyBy(found, unverified, token, digest, systemClock.now()))
      .finally(() => this.pending.delete(digest));
    this.pending.set(digest, verification);
    return verification;
  }

  private verifyBy(key: KeyObject, { header, claims }: UnverifiedToken, token: string, digest: TokenDigest, now: Instant): VerifiedToken {
    verifySignature(token, key, this.settings);
    this.verifiedHeader = header;
    checkAudience(claims, this.settings);
    const verified = recordVerification(claims, Number(claims['exp']) * 1_000, now, this);
    this.verified.keep(digest, verified);
    return verified;
  }

  /** The parts of an accepted token are base64url, so only a refused one needs a check of its characters: for the reason. */
  private parse(token: string): UnverifiedToken {
    try {
      return parseUnverified(token, this.accepts, this.verifiedHeader);
    } catch (error) {
      const mistake = mistakenToken(token);
      if (mistake !== undefined) throw mistake;
      requireToken68(token);
      throw error;
    }
  }
}

function keysOf({ keys, issuer, algorithms }: BearerTokenSettings): KeySource {
  if (keys === 'discovery') return new SigningKeys({ address: discoveredAddress(issuer, systemClock), algorithms });
  if ('jwksUri' in keys) return new SigningKeys({ address: fixedAddress(keys.jwksUri), algorithms });
  return { find: () => keys.fixed, ready: () => Promise.resolve(), close: () => undefined };
}

/** Cognito's access tokens name their client instead of an audience. @see Amazon Cognito, "Understanding the access token" */
function checkAudience(claims: Claims, { tokenUse, audience, authorizedParties }: BearerTokenSettings): void {
  const party = ownProperty(claims, 'azp');
  if (authorizedParties.length > 0 && !authorizedParties.some((accepted) => accepted === party))
    throw new TokenInvalidError(AUDIENCE.party);
  if (audience.length === 0) return checkNoAudience(claims);
  if (tokenUse !== undefined && ownProperty(claims, 'token_use') !== tokenUse)
    throw new TokenInvalidError(`its \`token_use\` is not '${tokenUse}'`);
  const [client, aud] = [ownProperty(claims, 'client_id'), ownProperty(claims, 'aud')];
  const accepts = (value: unknown): boolean => audience.some((accepted) => accepted === value);
  const acceptsAud = Array.isArray(aud) ? aud.some(accepts) : accepts(aud);
  // An access token that was issued for one API also has an `aud`, which must then be ours (RFC 7519, 4.1.3).
  const accepted = tokenUse === 'access' ? accepts(client) && (aud === undefined || acceptsAud) : acceptsAud;
  if (!accepted) throw new TokenInvalidError(audienceReason(aud, tokenUse, accepts(client)));
}

/** A token for another audience must be refused, also where `azp` is accepted (RFC 7519, 4.1.3). */
function checkNoAudience(claims: Claims): void {
  if (ownProperty(claims, 'aud') !== undefined) throw new TokenInvalidError(AUDIENCE.another);
}

function audienceReason(aud: unknown, tokenUse: BearerTokenSettings['tokenUse'], acceptsClient: boolean): string {
  if (aud !== undefined || tokenUse !== undefined) return AUDIENCE.another;
  return acceptsClient ? AUDIENCE.accessToken : AUDIENCE.missing;
}

function toIdentity(claims: Claims, tenantId: string): TenantIdentity {
  const [sub, exp] = [ownProperty(claims, 'sub'), ownProperty(claims, 'exp')];
  return Object.freeze({
    tenantId,
    ...(typeof sub === 'string' ? { subject: sub } : {}),
    claims,
    source: 'bearer' as const,
    ...(typeof exp === 'number' ? { expiresAt: exp * 1_000 } : {}),
  });
}
