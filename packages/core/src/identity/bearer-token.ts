import { Faults } from '@tenant-aws/policy';
import { isObject } from '@tenant-aws/policy/json';
import { systemClock } from '../clock.ts';
import { digestOf } from '../digest.ts';
import { TokenInvalidError } from '../errors.ts';
import type { MaybePromise } from '../maybe-promise.ts';
import type { TenantIdentity } from '../tenant.ts';
import { authorizationIn, onlyAuthorization, parseBearer } from './bearer-header.ts';
import { type BearerTokenOptions, type BearerTokenSettings, readBearerTokenOptions } from './bearer-token-options.ts';
import { type IdentityRequest, type IdentitySource, withOfHttp } from './identity-source.ts';
import { LastTokens } from './last-tokens.ts';
import { mistakenToken } from './mistaken-token.ts';
import { issuerReason } from './refusal-reasons.ts';
import { TokenVerifier } from './token-verifier.ts';
import { parseUnverified } from './unverified-token.ts';
import type { TokenDigest } from './verified-tokens.ts';

/**
 * The identity source of JWTs in the `Authorization` header. Another scheme presents nothing; an invalid token is refused.
 * Tokens are verified by the same verifier as in {@link TenantJwtStrategy}.
 *
 * A token needs `exp`, and if it has a `typ`, this must be `JWT` or `at+jwt`. Also refused: tokens bound to a key (`cnf`),
 * issued in the future, or of a security event such as a logout; parts nested more than 16 deep or with more than 1,000 members.
 *
 * @param options of one issuer, or of each of several: a token is verified by the options of its own issuer alone
 * @throws {@link ConfigurationError} with every fault of the options
 * @example
 * ```ts
 * app.use(tenantCredentials({ identity: bearerToken({ issuer: 'https://login.example.com', audience: 'notes' }) }));
 * ```
 */
export function bearerToken(options: BearerTokenOptions | readonly BearerTokenOptions[]): IdentitySource {
  const issuers = isList(options) ? readIssuers(options) : [readBearerTokenOptions(options)];
  const verifiers = new Map<string, TokenVerifier>(issuers.map((settings) => [settings.issuer, new TokenVerifier(settings)]));
  const known = knownIdentities([...verifiers.values()]);
  const verify = verification(verifiers);
  const readToken = issuers[0]?.tokenFrom;
  const lastTokens = new LastTokens();

  function bearerToken(request: IdentityRequest): MaybePromise<TenantIdentity | undefined> {
    const { headersDistinct, raw } = request;
    if (readToken === undefined)
      return identify(onlyAuthorization(headersDistinct['authorization']), isObject(raw) ? raw['socket'] : undefined, request);
    const token = readToken(headersDistinct);
    if (token === undefined) return undefined;
    const digest = digestOf(token);
    return known(digest, request) ?? verify(token, digest, request);
  }

  /** @param request only if the request chooses its tenant */
  function identify(header: string | undefined, connection: unknown, request?: IdentityRequest): MaybePromise<TenantIdentity | undefined> {
    if (header === undefined) return undefined;
    const lastDigest = lastTokens.find(connection, header);
    const last = lastDigest === undefined ? undefined : known(lastDigest, request);
    if (last !== undefined) return last;
    const token = parseBearer(header);
    if (token === undefined) return undefined;
    const digest = digestOf(token);
    const identity = known(digest, request);
    if (identity === undefined) return verify(token, digest, request);
    lastTokens.keep(connection, header, digest);
    return identity;
  }

  const source = Object.assign(bearerToken, {
    source: 'bearer' as const,
    async ready() {
      await Promise.all([...verifiers.values()].map((verifier) => verifier.ready()));
    },
    close() {
      for (const verifier of verifiers.values()) verifier.close();
    },
  });
  return issuers.some(readsMore) ? source : withOfHttp(source, ({ rawHeaders, socket }) => identify(authorizationIn(rawHeaders), socket));
}

/** Whether more of a request is read than its `Authorization` header. */
function readsMore({ tokenFrom, tenant }: BearerTokenSettings): boolean {
  return tokenFrom !== undefined || ('choose' in tenant && tenant.choose !== undefined);
}

function readIssuers(list: readonly BearerTokenOptions[]): readonly BearerTokenSettings[] {
  const faults = new Faults();
  if (list.length === 0) faults.add('`bearerToken` needs at least one issuer');
  const issuers = list.flatMap((options, index) => faults.attempt(() => readBearerTokenOptions(options, `[${index}].`)) ?? []);
  const repeated = issuers.filter(({ issuer }, index) => issuers.findIndex((other) => other.issuer === issuer) < index);
  for (const { issuer } of repeated) faults.add(`\`issuer\` ${issuer} is given twice: give it once, with several values in \`audience\``);
  const places = new Set(list.map((options) => JSON.stringify((options as BearerTokenOptions | null)?.tokenFrom)));
  if (places.size > 1) faults.add('`tokenFrom` must be the same for all issuers: the issuer is known only when the token has been read');
  faults.throwIfAny();
  return issuers;
}

/** Finds the identity of a token in the caches. */
function knownIdentities(
  verifiers: readonly TokenVerifier[],
): (digest: TokenDigest, request?: IdentityRequest) => TenantIdentity | undefined {
  return (digest, request) => {
    const now = systemClock.now();
    for (const verifier of verifiers) {
      const identity = verifier.cached(digest, now, request);
      if (identity !== undefined) return identity;
    }
    return undefined;
  };
}

/** Verifies a token by the options of its own issuer. */
function verification(verifiers: ReadonlyMap<string, TokenVerifier>): TokenVerifier['identify'] {
  const [only, ...others] = verifiers.values();
  if (only !== undefined && others.length === 0) return (token, digest, request) => only.identify(token, digest, request);
  return (token, digest, request) => {
    const mistake = mistakenToken(token);
    if (mistake !== undefined) throw mistake;
    // The map lists the trusted issuers: the token's own `iss`, not yet verified, only chooses among them.
    const { issuer } = parseUnverified(token);
    const verifier = typeof issuer === 'string' ? verifiers.get(issuer) : undefined;
    if (verifier === undefined) throw new TokenInvalidError(issuerReason(issuer, [...verifiers.keys()]));
    return verifier.identify(token, digest, request);
  };
}

function isList(options: BearerTokenOptions | readonly BearerTokenOptions[]): options is readonly BearerTokenOptions[] {
  return Array.isArray(options);
}
