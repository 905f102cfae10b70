import { ConfigurationError } from '@tenant-aws/policy';
import { isFrozen } from '../frozen.ts';
import { isPromise, type MaybePromise } from '../maybe-promise.ts';
import type { TenantIdentity } from '../tenant.ts';
import type { IdentityRequest, IdentitySource } from './identity-source.ts';
import { tenantInvalid } from './source-errors.ts';

type Found = TenantIdentity | undefined;

/**
 * Uses the first source that is presented something, in this order. A source that refuses what is presented ends the search: an invalid
 * token is never replaced by a header.
 *
 * @throws {@link ConfigurationError} without a source, or with a value that is not one
 * @example
 * const identity = firstOf(bearerToken({ issuer, audience }), trustedHeader({ trustProxy: ['10.0.0.0/8'] }));
 */
export function firstOf(...sources: readonly IdentitySource[]): IdentitySource {
  checkSources('firstOf', sources, 1);
  const findFrom = (index: number, request: IdentityRequest): MaybePromise<Found> => {
    const source = sources[index];
    return source && after(source(request), (found) => (found === undefined ? findFrom(index + 1, request) : found));
  };
  return withLifeOf(sources, (request) => findFrom(0, request));
}

/**
 * Uses all sources, and all must name the same tenant: a request is admitted only if, for example, its token and its client certificate
 * agree. The identity is that of the first source; it expires when the first of all identities expires.
 *
 * A request that presents nothing to one source, and something to another, is refused with 403 `tenant_invalid`.
 *
 * @throws {@link ConfigurationError} with fewer than two sources, or with a value that is not one
 */
export function agree(...sources: readonly IdentitySource[]): IdentitySource {
  checkSources('agree', sources, 2);
  /** The same result for the same read-only identity and expiry, so that options which are functions are called once. */
  const agreed = new WeakMap<TenantIdentity, TenantIdentity>();
  const findFrom = (index: number, request: IdentityRequest, found: readonly Found[]): MaybePromise<Found> => {
    const source = sources[index];
    if (source === undefined) return agreementOf(found, agreed);
    return after(source(request), (identity) => findFrom(index + 1, request, [...found, identity]));
  };
  return withLifeOf(sources, (request) => findFrom(0, request, []));
}

function agreementOf(found: readonly Found[], agreed: WeakMap<TenantIdentity, TenantIdentity>): Found {
  const [first] = found;
  if (found.every((identity) => identity === undefined)) return undefined;
  const identities = found.filter((identity) => identity !== undefined && identity !== null);
  if (first === undefined || identities.length < found.length) throw tenantInvalid('one identity source was presented nothing');
  if (identities.some(({ tenantId }) => tenantId !== first.tenantId)) throw tenantInvalid('the identity sources name different tenants');
  return expiringAt(first, Math.min(...identities.map(({ expiresAt }) => expiresAt ?? Number.POSITIVE_INFINITY)), agreed);
}

function expiringAt(first: TenantIdentity, expiresAt: number, agreed: WeakMap<TenantIdentity, TenantIdentity>): TenantIdentity {
  if (expiresAt === (first.expiresAt ?? Number.POSITIVE_INFINITY)) return first;
  const known = agreed.get(first);
  if (known?.expiresAt === expiresAt) return known;
  const identity = Object.freeze({ ...first, expiresAt });
  // A source may change an identity that is not read-only, and return it for another tenant.
  if (isFrozen(first)) agreed.set(first, identity);
  return identity;
}

/** Continues immediately where nothing has to be awaited. */
function after(found: ReturnType<IdentitySource>, next: (found: Found) => MaybePromise<Found>): MaybePromise<Found> {
  return isPromise(found) ? Promise.resolve(found).then(next) : next(found);
}

function withLifeOf(sources: readonly IdentitySource[], identify: (request: IdentityRequest) => MaybePromise<Found>): IdentitySource {
  const [kind, ...others] = new Set(sources.map(({ source }) => source));
  return Object.assign(identify, {
    ...(kind !== undefined && others.length === 0 && { source: kind }),
    async ready() {
      await Promise.all(sources.map(async (source) => source.ready?.()));
    },
    close() {
      for (const source of sources) source.close?.();
    },
  });
}

function checkSources(name: string, sources: readonly unknown[], min: number): void {
  const other = sources.findIndex((source) => typeof source !== 'function');
  if (other !== -1)
    throw new ConfigurationError([`argument ${other + 1} of \`${name}\` must be an identity source, such as \`bearerToken({ … })\``]);
  if (sources.length < min) throw new ConfigurationError([`\`${name}\` needs at least ${min} identity source${min === 1 ? '' : 's'}`]);
}
