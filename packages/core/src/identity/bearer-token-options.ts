import type { KeyObject } from 'node:crypto';
import { ConfigurationError, Faults } from '@tenant-aws/policy';
import { isObject } from '@tenant-aws/policy/json';
import { BEARER_OPTIONS, optionsElsewhere } from '../option-places.ts';
import { type Algorithm, familyOf, isAlgorithm } from './algorithm.ts';
import { readStaticKey } from './static-key.ts';
import { readTokenFrom, type TokenFrom, type TokenReader } from './token-place.ts';
import { type ActiveTenant, readTokenTenant, type TenantClaim, type TokenTenant } from './token-tenant.ts';
import { readUrl } from './trusted-url.ts';

/** Which tokens are accepted, and which claim has the tenant. */
export interface BearerTokenOptions {
  /** The exact `iss` of the tokens. Without `jwksUri` and `secretOrKey` the keys are at the address in its discovery document. */
  readonly issuer: string;
  /** The `aud` of the tokens: one, or any of several. With `tokenUse: 'access'` it is compared with `client_id`, and with `aud` if the token has one. */
  readonly audience?: string | readonly string[] | undefined;
  /**
   * The `azp` of the tokens: one, or any of several. It binds tokens that have no `aud`, such as the session tokens of Clerk. With `audience`, a
   * token needs both; without `audience`, a token that has an `aud` is refused. One of the two options is required.
   */
  readonly authorizedParties?: string | readonly string[] | undefined;
  /** The address of the key set: https, or http on loopback. Default: `jwks_uri` of the discovery document. */
  readonly jwksUri?: string | undefined;
  /** One fixed key instead of a key set: a public key as PEM or KeyObject, or for HS256, HS384 and HS512 the shared secret. The secret must not be a key or a certificate in any format. */
  readonly secretOrKey?: string | Buffer | KeyObject | undefined;
  /** Accepted algorithms, all of one family (RS, PS, ES or HS). Default: `['RS256']`. */
  readonly algorithms?: readonly Algorithm[] | undefined;
  /** Where the token is, in place of the `Authorization` header. A cookie needs a defence against CSRF, because browsers send it by themselves. */
  readonly tokenFrom?: TokenFrom | undefined;
  /**
   * The claim with the tenant id: a literal name (`custom:tenant_id`, `https://x/tenant`), an array of names as a path, or a function that
   * returns its value, which is checked like a claim. Default: `custom:tenant_id`.
   */
  readonly tenantClaim?: TenantClaim | undefined;
  /**
   * For users of several tenants: the claim is an array of tenant ids, or an object whose keys they are, and the request chooses one of them, by
   * a header or by the result of a function. Without a choice, the only tenant is used; if there are several, the request is refused.
   */
  readonly activeTenant?: ActiveTenant | undefined;
  /** The one tenant of this issuer, for issuers that belong to a tenant. Claims of its tokens cannot change it. */
  readonly tenant?: string | undefined;
  /** Cognito's `token_use`: which of its two kinds of token is accepted. Default: not checked. */
  readonly tokenUse?: 'id' | 'access' | undefined;
  /** Seconds by which the clocks of issuer and host may differ, 0 to 60: for `exp`, `nbf` and `iat`. Default: 5. */
  readonly clockToleranceSeconds?: number | undefined;
  /** The cache of verified tokens: a token in it is not verified again. */
  readonly tokenCache?: TokenCacheOptions | undefined;
}

/** The cache of verified tokens. An entry expires with its token or earlier. */
export interface TokenCacheOptions {
  /** The maximum number of tokens; the least recently used one is evicted first. 0 turns the cache off. Default: 10,000. */
  readonly max?: number | undefined;
  /** Milliseconds until a token is verified again. A cached token is accepted for this time after its key was withdrawn. At most an hour. Default: 300,000. */
  readonly maxAgeMs?: number | undefined;
}

/** The checked options of a cache of verified tokens. */
export interface TokenCacheSettings {
  readonly max: number;
  readonly maxAgeMs: number;
}

/** The checked options of one issuer. */
export interface BearerTokenSettings {
  readonly issuer: string;
  /** Empty: a token must have no audience. */
  readonly audience: readonly string[];
  /** Empty: `azp` is not checked. */
  readonly authorizedParties: readonly string[];
  readonly tokenFrom: TokenReader | undefined;
  readonly keys: { readonly fixed: KeyObject } | { readonly jwksUri: URL } | 'discovery';
  readonly algorithms: readonly Algorithm[];
  readonly tenant: TokenTenant;
  readonly tokenUse: 'id' | 'access' | undefined;
  readonly clockToleranceSeconds: number;
  readonly tokenCache: TokenCacheSettings;
}

/**
 * @param prefix comes before each option's name in a fault: '', or for example `[1].`
 * @throws {@link ConfigurationError} with every fault
 */
export function readBearerTokenOptions(given: BearerTokenOptions, prefix = ''): BearerTokenSettings {
  const faults = new Faults();
  if (!isObject(given)) {
    const name = prefix === '' ? 'the options of `bearerToken`' : `\`${prefix.slice(0, -1)}\``;
    throw new ConfigurationError([`${name} must be an object with \`issuer\` and \`audience\``]);
  }
  const settings = read(given, prefix, faults);
  faults.throwIfAny();
  return settings;
}

function read(given: Partial<BearerTokenOptions>, prefix: string, faults: Faults): BearerTokenSettings {
  const at = (name: keyof BearerTokenOptions): string => `${prefix}${name}`;
  const { issuer, audience, jwksUri, secretOrKey, algorithms = ['RS256'], tokenUse, ...rest } = given;
  const { tenantClaim, tenant, activeTenant, authorizedParties, tokenFrom, ...more } = rest;
  const { clockToleranceSeconds = 5, tokenCache = {}, ...unknown } = more;
  faults.noneOf(prefix.replace(/\.$/, ''), unknown, BEARER_OPTIONS, optionsElsewhere('bearerToken'));
  if (!isText(issuer))
    faults.option(
      at('issuer'),
      `is required: the \`iss\` of the tokens, such as 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_example'`,
    );
  else if (jwksUri === undefined && secretOrKey === undefined) checkDiscovery(issuer, at, faults);
  else if (issuer.trim() !== issuer) faults.option(at('issuer'), 'must not begin or end with whitespace');
  const parties = readTexts(
    authorizedParties,
    at('authorizedParties'),
    'must be the `azp` of the tokens, a string or an array of strings',
    faults,
  );
  const audiences =
    audience === undefined && parties.length > 0 && tokenUse === undefined
      ? []
      : readTexts(audience ?? [], at('audience'), 'is required: the `aud` of the tokens, a string or an array of strings', faults);
  if (tokenUse !== undefined && tokenUse !== 'id' && tokenUse !== 'access') faults.option(at('tokenUse'), "must be 'id' or 'access'");
  faults.integer(`${prefix}clockToleranceSeconds`, clockToleranceSeconds, { min: 0, max: 60 });
  const accepted = readAlgorithms(algorithms, at('algorithms'), faults);
  return {
    issuer: issuer ?? '',
    audience: audiences,
    authorizedParties: parties,
    tokenFrom: readTokenFrom(tokenFrom, at('tokenFrom'), faults),
    keys: readKeys({ jwksUri, secretOrKey }, accepted, at, faults),
    algorithms: accepted,
    tenant: readTokenTenant({ tenantClaim, tenant, activeTenant }, at, faults),
    tokenUse,
    clockToleranceSeconds,
    tokenCache: readTokenCache(tokenCache, `${prefix}tokenCache`, faults),
  };
}

type Named = (name: keyof BearerTokenOptions) => string;

function readAlgorithms(given: unknown, name: string, faults: Faults): readonly Algorithm[] {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  const known = list.filter(isAlgorithm);
  const unknown = list.filter((entry) => !isAlgorithm(entry));
  if (list.length === 0) faults.option(name, 'is empty: no token could be accepted');
  for (const entry of unknown) faults.option(name, algorithmFault(entry));
  if (new Set(known.map(familyOf)).size > 1)
    faults.option(name, `must be of one family (RS, PS, ES or HS), and ${known.join(', ')} are not`);
  return known;
}

function algorithmFault(algorithm: unknown): string {
  if (algorithm === 'EdDSA' || algorithm === 'Ed25519')
    return `has ${algorithm}, which is not supported: let the issuer sign with RS256 or ES256`;
  if (algorithm === 'none') return "has 'none': unsigned tokens are never accepted";
  return `has ${typeof algorithm === 'string' ? `'${algorithm}'` : `a ${typeof algorithm}`}, which is not one of RS256, PS256, ES256, HS256 or their 384 and 512`;
}

function readKeys(
  { jwksUri, secretOrKey }: { readonly [name in 'jwksUri' | 'secretOrKey']: unknown },
  algorithms: readonly Algorithm[],
  at: Named,
  faults: Faults,
): BearerTokenSettings['keys'] {
  if (secretOrKey !== undefined) {
    if (jwksUri !== undefined)
      faults.option(at('secretOrKey'), `and \`${at('jwksUri')}\` exclude each other: give a fixed key or the address of a key set`);
    const fixed = readStaticKey(secretOrKey, algorithms, at('secretOrKey'), faults);
    return fixed === undefined ? 'discovery' : { fixed };
  }
  if (algorithms.some((algorithm) => familyOf(algorithm) === 'HS'))
    faults.option(at('algorithms'), `has ${algorithms.join(', ')}, which needs \`${at('secretOrKey')}\`: a key set has public keys only`);
  if (jwksUri === undefined) return 'discovery';
  const url = readUrl(jwksUri, at('jwksUri'), faults);
  return url === undefined ? 'discovery' : { jwksUri: url };
}

function checkDiscovery(issuer: string, at: Named, faults: Faults): void {
  readUrl(issuer, at('issuer'), faults, ', because without `jwksUri` its discovery document is fetched');
  if (/[?#]/.test(issuer)) faults.option(at('issuer'), 'must have no query and no fragment');
}

/** Texts that are not empty; none if the option is not given. */
function readTexts(given: unknown, path: string, fault: string, faults: Faults): readonly string[] {
  if (given === undefined) return [];
  const texts: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (texts.length === 0 || !texts.every(isText)) faults.option(path, fault);
  return texts.filter(isText);
}

function readTokenCache(given: unknown, path: string, faults: Faults): TokenCacheSettings {
  if (!isObject(given)) faults.option(path, 'must be an object such as { max: 10_000 }');
  const { max = 10_000, maxAgeMs = 300_000, ...unknown }: TokenCacheOptions = isObject(given) ? given : {};
  faults.noneOf(path, unknown, ['max', 'maxAgeMs']);
  faults.integer(`${path}.max`, max, { min: 0, max: 1_000_000 });
  faults.integer(`${path}.maxAgeMs`, maxAgeMs, { min: 1, max: 3_600_000 });
  return { max, maxAgeMs };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
