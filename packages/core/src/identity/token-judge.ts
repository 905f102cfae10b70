import type { KeyObject } from 'node:crypto';
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
import { type Claims, sealClaims, sealOf } from './verified-claims.ts';
import { type TokenDigest, VerifiedTokens } from './verified-tokens.ts';

/** Verifies signature, algorithm, issuer, audience and times of a token with this key; rejects with TokenInvalidError. */
export type VerifySignature = (token: string, key: KeyObject) => Promise<Claims>;

/** Judges the tokens of one issuer: what jsonwebtoken does not look at, which key, what is remembered, whose tenant. */
export class TokenJudge {
  private readonly settings: BearerTokenSettings;
  private readonly verifySignature: VerifySignature;
  private readonly keys: KeySource;
  private readonly verified: VerifiedTokens;
  /** Tokens that are being judged, so that a client's first hundred requests, sent at once, cost one verification. */
  private readonly underWay = new Map<TokenDigest, Promise<Claims>>();
  private readonly identities = new WeakMap<Claims, TenantIdentity>();

  constructor(settings: BearerTokenSettings, verifySignature: VerifySignature) {
    this.settings = settings;
    this.verifySignature = verifySignature;
    this.keys = keysOf(settings);
    this.verified = new VerifiedTokens(settings.tokenCache);
  }

  /** The claims of a token: at once where it was verified before. The same object each time while its entry stands. */
  claimsOf(token: string): Claims | Promise<Claims> {
    if (token.length > MAX_TOKEN_LENGTH) throw new TokenInvalidError(`longer than ${MAX_TOKEN_LENGTH} characters`);
    const digest = digestOf(token);
    return this.verified.find(digest, systemClock.now()) ?? this.underWay.get(digest) ?? this.judgeOnce(token, digest);
  }

  /** The identity of claims: the same object for the same claims. */
  identityOf(claims: Claims): TenantIdentity {
    const known = this.identities.get(claims);
    if (known !== undefined) return known;
    const identity = toIdentity(claims, this.settings.tenant);
    if (sealOf(claims) !== undefined) this.identities.set(claims, identity);
    return identity;
  }

  recall(digest: TokenDigest, now: Instant): Claims | undefined {
    return this.verified.find(digest, now);
  }

  ready(): Promise<void> {
    return this.keys.ready();
  }

  close(): void {
    this.keys.close();
    this.verified.clear();
  }

  private judgeOnce(token: string, digest: TokenDigest): Promise<Claims> {
    const judged = this.judge(token, digest).finally(() => this.underWay.delete(digest));
    this.underWay.set(digest, judged);
    return judged;
  }

  private async judge(token: string, digest: TokenDigest): Promise<Claims> {
    const { settings } = this;
    requireToken68(token);
    const accepts = (name: string): boolean => settings.algorithms.some((accepted) => accepted === name);
    const { algorithm, keyId, issuer, issuedAt = 0 } = parseUnverified(token, accepts);
    // Before a key is looked for: who mints tokens of another issuer must not make us fetch.
    if (issuer !== settings.issuer) throw new TokenInvalidError('of another issuer');
    if ((issuedAt - settings.clockToleranceSeconds) * 1_000 > systemClock.now().wall) throw new TokenInvalidError('issued in the future');
    const key = await this.keys.find(keyId, algorithm);
    const claims = await this.verifySignature(token, key);
    checkUse(claims, settings);
    const sealed = sealClaims(claims, Number(claims['exp']) * 1_000);
    this.verified.keep(digest, sealed, systemClock.now());
    return sealed;
  }
}

function keysOf({ keys, issuer, algorithms }: BearerTokenSettings): KeySource {
  if (keys === 'discovery') return new SigningKeys({ address: discoveredAddress(issuer, systemClock), algorithms });
  if ('jwksUri' in keys) return new SigningKeys({ address: fixedAddress(keys.jwksUri), algorithms });
  return { find: () => keys.fixed, ready: () => Promise.resolve(), close: () => undefined };
}

/** Cognito's access tokens name their client instead of an audience. @see Amazon Cognito, "Understanding the access token" */
function checkUse(claims: Claims, { tokenUse, audience }: BearerTokenSettings): void {
  if (tokenUse === undefined) return;
  if (ownValue(claims, ['token_use']) !== tokenUse) throw new TokenInvalidError(`not a token for use as '${tokenUse}'`);
  if (tokenUse === 'id') return; // its `aud` was verified with its signature
  // A token that was asked for one API alone has an `aud`, too, which must then be ours (RFC 7519, 4.1.3).
  const [client, aud] = [ownValue(claims, ['client_id']), ownValue(claims, ['aud'])];
  const accepts = (value: unknown): boolean => audience.some((accepted) => accepted === value);
  if (!accepts(client) || !(aud === undefined || [aud].flat().some(accepts))) throw new TokenInvalidError('for another audience');
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
