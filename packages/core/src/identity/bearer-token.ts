import { Faults } from '@tenant-aws/policy';
import { systemClock } from '../clock.ts';
import { digestOf } from '../digest.ts';
import { TokenInvalidError } from '../errors.ts';
import type { TenantIdentity } from '../tenant.ts';
import { presentedToken } from './bearer-header.ts';
import { type BearerTokenOptions, readBearerTokenOptions } from './bearer-token-options.ts';
import type { IdentityRequest, IdentitySource } from './identity-source.ts';
import { TenantJwtStrategy } from './tenant-jwt-strategy.ts';
import { parseUnverified } from './unverified-token.ts';

/**
 * The identity source of JWTs in the `Authorization` header. Another scheme presents nothing; anything bad is refused.
 * It runs a {@link TenantJwtStrategy} for each issuer, outside passport.
 *
 * A token needs `exp`, and a `typ` of `JWT` or `at+jwt` where it has one. Refused are also tokens that are bound to a key (`cnf`),
 * issued in the future, or a security event such as a logout, and parts nested more than 16 deep or of more than 1,000 members.
 *
 * @param options of the one issuer, or of each of several: a token is judged by the options of its own issuer alone
 * @throws {@link ConfigurationError} with every fault of the options
 * @example
 * ```ts
 * app.use(tenantCredentials({ identity: bearerToken({ issuer: 'https://login.example.com', audience: 'notes' }) }));
 * ```
 */
export function bearerToken(options: BearerTokenOptions | readonly BearerTokenOptions[]): IdentitySource {
  const strategies = strategiesOf(options);
  const identify = identifierOf(strategies);
  function bearerToken({ headersDistinct }: IdentityRequest): TenantIdentity | undefined | Promise<TenantIdentity> {
    const token = presentedToken(headersDistinct['authorization']);
    return token === undefined ? undefined : identify(token);
  }
  return Object.assign(bearerToken, {
    source: 'bearer' as const,
    async ready() {
      await Promise.all([...strategies.values()].map((strategy) => strategy.ready()));
    },
    close() {
      for (const strategy of strategies.values()) strategy.close();
    },
  });
}

type Identify = (token: string) => TenantIdentity | Promise<TenantIdentity>;

function strategiesOf(options: BearerTokenOptions | readonly BearerTokenOptions[]): ReadonlyMap<unknown, TenantJwtStrategy> {
  const issuers = isList(options) ? readIssuers(options) : [options];
  return new Map(issuers.map((issuer) => [issuer?.issuer, new TenantJwtStrategy(issuer)]));
}

function readIssuers(list: readonly BearerTokenOptions[]): readonly BearerTokenOptions[] {
  const faults = new Faults();
  if (list.length === 0) faults.add('`bearerToken` was given no issuer');
  const settings = list.map((options, index) => faults.attempt(() => readBearerTokenOptions(options, `[${index}].`)));
  const repeated = settings.filter((one, index) => settings.findIndex((other) => other?.issuer === one?.issuer) < index);
  for (const one of repeated) if (one !== undefined) faults.add(`\`issuer\` ${one.issuer} is given twice: \`audience\` takes several`);
  faults.throwIfAny();
  return list;
}

function identifierOf(strategies: ReadonlyMap<unknown, TenantJwtStrategy>): Identify {
  const [only, ...others] = strategies.values();
  if (only !== undefined && others.length === 0) return (token) => only.identify(token);
  return (token) => {
    const [digest, now] = [digestOf(token), systemClock.now()];
    for (const strategy of strategies.values()) {
      const identity = strategy.recall(digest, now);
      if (identity !== undefined) return identity;
    }
    // The map is the list of those we trust: what a token says of its issuer chooses among them and nothing else.
    const strategy = strategies.get(parseUnverified(token).issuer);
    if (strategy === undefined) throw new TokenInvalidError('of another issuer');
    return strategy.identify(token);
  };
}

function isList(options: BearerTokenOptions | readonly BearerTokenOptions[]): options is readonly BearerTokenOptions[] {
  return Array.isArray(options);
}
