import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeJwt,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { AwsError } from '../services/service.ts';

/** An OpenID Connect provider whose tokens AssumeRoleWithWebIdentity takes, if a role trusts it. */
export interface IdentityProviderOptions {
  /** The tokens' `iss`, exactly. */
  readonly url: string;
  /** The client ids that tokens may be for: their `aud`. */
  readonly audiences: readonly string[];
  /** Its public keys. Without them, they are fetched by its discovery document. */
  readonly jwks?: JSONWebKeySet;
}

/** A provider, ready to verify. */
export interface IdentityProvider {
  readonly url: string;
  readonly audiences: readonly string[];
  keys(): Promise<JWTVerifyGetKey>;
}

/** A token that was verified, and who stands behind it. */
export interface WebIdentity {
  /** The provider's URL without its scheme, as condition keys and ARNs have it. */
  readonly provider: string;
  readonly subject: string;
  /** The client id that the token is for. */
  readonly audience: string;
  readonly claims: JWTPayload;
}

/** @see AWS STS API Reference, "AssumeRoleWithWebIdentity": signed with RSA or ECDSA keys */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'];
const REQUIRED_CLAIMS = ['iss', 'aud', 'sub', 'exp', 'iat'];
const FETCH_TIMEOUT_MS = 5000;

/** Whether it is a provider's options. Of an audience that is a text instead of a list, every piece would be an audience. */
export function isIdentityProvider(options: unknown): options is IdentityProviderOptions {
  if (typeof options !== 'object' || options === null || !('url' in options) || !('audiences' in options)) return false;
  const { url, audiences } = options;
  const named = typeof url === 'string' && Array.isArray(audiences) && audiences.every((audience) => typeof audience === 'string');
  return named && (!('jwks' in options) || options.jwks === undefined || isKeySet(options.jwks));
}

function isKeySet(jwks: unknown): boolean {
  return typeof jwks === 'object' && jwks !== null && 'keys' in jwks && Array.isArray(jwks.keys);
}

/** A provider from its options. Keys are fetched when they are first needed. */
export function identityProvider({ url, audiences, jwks }: IdentityProviderOptions): IdentityProvider {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  return {
    url,
    audiences,
    async keys() {
      if (jwks) return createLocalJWKSet(jwks);
      keys ??= discover(url);
      try {
        return await keys;
      } catch {
        keys = undefined;
        throw new AwsError('IDPCommunicationError', 400, "Couldn't retrieve verification key from your identity provider.");
      }
    },
  };
}

/** The provider's name in ARNs and condition keys: its URL without the scheme. */
export function providerName(url: string): string {
  return url.replace(/^https?:\/\//, '');
}

/**
 * Verifies a token against the provider that it names.
 *
 * @throws AwsError InvalidIdentityToken, ExpiredTokenException, IDPCommunicationError
 */
export async function verifyWebIdentity(
  token: string,
  providers: ReadonlyMap<string, IdentityProvider>,
  now: number,
): Promise<WebIdentity> {
  const provider = providers.get(issuerOf(token));
  if (!provider) throw invalid('No OpenIDConnect provider found in your account for the issuer of the token.');
  const claims = await verifiedClaims(token, provider, now);
  const audience = audienceOf(claims);
  if (!provider.audiences.includes(audience)) throw invalid('Incorrect token audience');
  return { provider: providerName(provider.url), subject: claims.sub ?? '', audience, claims };
}

async function verifiedClaims(token: string, provider: IdentityProvider, now: number): Promise<JWTPayload> {
  const keys = await provider.keys();
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: provider.url,
      algorithms: ALGORITHMS,
      requiredClaims: REQUIRED_CLAIMS,
      currentDate: new Date(now),
    });
    for (const claim of [payload.exp, payload.iat, payload.nbf]) {
      if (claim !== undefined && !Number.isInteger(claim)) throw invalid('The token has a timestamp that is not an integer.');
    }
    return payload;
  } catch (error) {
    if (error instanceof AwsError) throw error;
    if (error instanceof errors.JWTExpired) throw new AwsError('ExpiredTokenException', 400, 'Token expired');
    if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout))
      throw invalid('The ID Token provided is not a valid JWT.');
    throw new AwsError('IDPCommunicationError', 400, "Couldn't retrieve verification key from your identity provider.");
  }
}

/** Read before it is verified, and used for nothing but to find who shall verify it. */
function issuerOf(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch {
    throw invalid('The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)');
  }
}

/** AWS takes `azp`, where there is one, for the client. Of several audiences, the token says nothing about which is meant. */
function audienceOf({ azp, aud }: JWTPayload): string {
  const audience = azp ?? aud;
  if (typeof audience === 'string') return audience;
  if (Array.isArray(audience) && audience.length === 1 && typeof audience[0] === 'string') return audience[0];
  throw invalid('Incorrect token audience');
}

async function discover(url: string): Promise<JWTVerifyGetKey> {
  const response = await fetch(`${url.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    redirect: 'error',
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  });
  const document: unknown = await response.json();
  if (!isDiscovery(document) || document.issuer !== url) throw new Error('the discovery document is not of this issuer');
  return createRemoteJWKSet(new URL(document.jwks_uri), { timeoutDuration: FETCH_TIMEOUT_MS });
}

function isDiscovery(document: unknown): document is { issuer: string; jwks_uri: string } {
  if (typeof document !== 'object' || document === null) return false;
  return 'issuer' in document && 'jwks_uri' in document && typeof document.jwks_uri === 'string';
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidIdentityToken', 400, message);
}
