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

/** An OpenID Connect provider. AssumeRoleWithWebIdentity accepts its tokens for the roles that trust it. */
export interface IdentityProviderOptions {
  /** The exact `iss` of its tokens. */
  readonly url: string;
  /** The accepted client ids: the `aud` of its tokens. */
  readonly audiences: readonly string[];
  /** Its public keys. Default: they are fetched, from the URL in its discovery document. */
  readonly jwks?: JSONWebKeySet;
}

/** A provider whose tokens can be verified. */
export interface IdentityProvider {
  readonly url: string;
  readonly audiences: readonly string[];
  keys(): Promise<JWTVerifyGetKey>;
}

/** A verified token. */
export interface WebIdentity {
  /** The provider's URL without its scheme, as in condition keys and ARNs. */
  readonly provider: string;
  readonly subject: string;
  /** The client id that the token is for. */
  readonly audience: string;
  readonly claims: JWTPayload;
}

/** @see AWS STS API Reference, "AssumeRoleWithWebIdentity": tokens are signed with RSA or ECDSA keys */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'];
const REQUIRED_CLAIMS = ['iss', 'aud', 'sub', 'exp', 'iat'];
const FETCH_TIMEOUT_MS = 5000;

/** Whether a value has the type of a provider's options. A string in place of `audiences` must fail: it would accept each of its substrings. */
export function isIdentityProvider(options: unknown): options is IdentityProviderOptions {
  if (typeof options !== 'object' || options === null || !('url' in options) || !('audiences' in options)) return false;
  const { url, audiences } = options;
  const isNamed = typeof url === 'string' && Array.isArray(audiences) && audiences.every((audience) => typeof audience === 'string');
  return isNamed && (!('jwks' in options) || options.jwks === undefined || isKeySet(options.jwks));
}

function isKeySet(jwks: unknown): boolean {
  return typeof jwks === 'object' && jwks !== null && 'keys' in jwks && Array.isArray(jwks.keys);
}

/** Creates a provider. Its keys are fetched when the first token is verified. */
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
        keys = undefined; // so that the next token tries again
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
 * Verifies a token against the provider that its `iss` names.
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

/** The issuer of a token that is not verified yet. Use it only to find the provider that verifies the token. */
function issuerOf(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch {
    throw invalid('The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)');
  }
}

/** The client id of a token: `azp` if present, as on AWS, else `aud`. Several audiences are refused, since they do not say which is the client. */
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
  if (!isDiscovery(document) || document.issuer !== url) throw new Error(`the discovery document of ${url} does not name it as its issuer`);
  return createRemoteJWKSet(new URL(document.jwks_uri), { timeoutDuration: FETCH_TIMEOUT_MS });
}

function isDiscovery(document: unknown): document is { issuer: string; jwks_uri: string } {
  if (typeof document !== 'object' || document === null) return false;
  return 'issuer' in document && 'jwks_uri' in document && typeof document.jwks_uri === 'string';
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidIdentityToken', 400, message);
}
