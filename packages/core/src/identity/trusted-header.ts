import { timingSafeEqual } from 'node:crypto';
import { Faults } from '@tenant-aws/policy';
import { isObject } from '@tenant-aws/policy/json';
import { boundedMap } from '../bounded-map.ts';
import { digestOf } from '../digest.ts';
import { ProxyUntrustedError } from '../errors.ts';
import { optionsElsewhere } from '../option-places.ts';
import type { TenantIdentity } from '../tenant.ts';
import { isHeaderName } from './header-name.ts';
import type { IdentityRequest, IdentitySource } from './identity-source.ts';
import { tenantInvalid } from './source-errors.ts';
import { readTenant } from './tenant-claim.ts';
import { hasProxyHeader, readTrustedProxies, type TrustedProxies } from './trusted-proxies.ts';

export interface TrustedHeaderOptions {
  /** The header with the tenant id. Default: `x-tenant-id`. */
  readonly header?: string | undefined;
  /** The addresses of the proxies that set the header, as IPv4 or IPv6 addresses or CIDRs. The address is that of the connection, never that of `X-Forwarded-For`. */
  readonly trustProxy: readonly string[];
  /** A header that only the proxy knows the value of, at least 16 characters. Without it, any process at a trusted address can name any tenant. */
  readonly secret?: ProxySecret | undefined;
}

/** A header and its value, which only the proxy knows. */
export interface ProxySecret {
  readonly header: string;
  readonly value: string;
}

interface TrustedHeaderSettings {
  readonly header: string;
  readonly isTrusted: TrustedProxies;
  readonly secret: { readonly header: string; readonly digest: Buffer } | undefined;
}

const DEFAULT_HEADER = 'x-tenant-id';
const MIN_SECRET_LENGTH = 16;
/** Headers that a client sends for another purpose. */
const OTHER_PURPOSES: ReadonlySet<string> = new Set(['authorization', 'cookie', 'host', 'x-forwarded-for', 'forwarded', 'user-agent']);
/** The same tenant gets the same identity object, so that options which are functions are called once. */
const MAX_IDENTITIES = 10_000;

/**
 * The identity source of a reverse proxy, such as NGINX, Kong or Envoy, that has authenticated the client and sends the tenant id in a
 * header. The proxy must remove this header from the client's request. Without the header, nothing is presented.
 *
 * Refused are: the header from any other peer, also in a spelling with `_` (`proxy_untrusted`), and several values (`tenant_invalid`).
 *
 * @throws {@link ConfigurationError} with every fault of the options
 * @example
 * app.use(tenantCredentials({ identity: trustedHeader({ trustProxy: ['10.0.0.0/8'], secret: { header: 'x-proxy-secret', value } }) }));
 */
export function trustedHeader(options: TrustedHeaderOptions): IdentitySource {
  const { header, isTrusted, secret } = readOptions(options);
  const known = boundedMap<TenantIdentity>(MAX_IDENTITIES);

  function trustedHeader(request: IdentityRequest): TenantIdentity | undefined {
    if (!hasProxyHeader(request, [header], isTrusted)) return undefined;
    const { headersDistinct } = request;
    if (secret !== undefined && !hasSecret(headersDistinct[secret.header], secret.digest))
      throw new ProxyUntrustedError(`\`${secret.header}\` does not have the secret of the proxy`);
    const tenantId = onlyTenant(headersDistinct[header] ?? [], header);
    const identity = known.get(tenantId) ?? Object.freeze({ tenantId, claims: Object.freeze({}), source: 'header' as const });
    known.set(tenantId, identity);
    return identity;
  }

  return Object.assign(trustedHeader, { source: 'header' as const });
}

/** Compares in constant time: the digests always have the same length. */
function hasSecret(values: readonly string[] | undefined, digest: Buffer): boolean {
  const [value, ...more] = values ?? [];
  return value !== undefined && more.length === 0 && timingSafeEqual(Buffer.from(digestOf(value)), digest);
}

function onlyTenant([value, ...more]: readonly string[], header: string): string {
  if (value === undefined || more.length > 0 || value.includes(',')) throw tenantInvalid(`\`${header}\` has several values`);
  return readTenant(value, header);
}

function readOptions(given: TrustedHeaderOptions): TrustedHeaderSettings {
  const faults = new Faults();
  if (!isObject(given)) faults.add("the options of `trustedHeader` must be an object such as { trustProxy: ['10.0.0.0/8'] }");
  faults.throwIfAny();
  const { header = DEFAULT_HEADER, trustProxy, secret, ...unknown }: Partial<TrustedHeaderOptions> = given;
  faults.noneOf('', unknown, ['header', 'trustProxy', 'secret'], optionsElsewhere('trustedHeader'));
  const name = readHeaderName(header, 'header', faults);
  const settings = {
    header: name,
    isTrusted: readTrustedProxies(trustProxy, 'trustProxy', faults),
    secret: secret === undefined ? undefined : readSecret(secret, name, faults),
  };
  faults.throwIfAny();
  return settings;
}

function readSecret(given: unknown, tenantHeader: string, faults: Faults): TrustedHeaderSettings['secret'] {
  const { header, value, ...unknown }: Readonly<Record<string, unknown>> = isObject(given) ? given : {};
  faults.noneOf('secret', unknown, ['header', 'value']);
  const name = readHeaderName(header, 'secret.header', faults);
  if (name === tenantHeader) faults.option('secret.header', 'must be another header than `header`');
  if (typeof value !== 'string' || value.length < MIN_SECRET_LENGTH || !/^[\x21-\x7e]+$/.test(value)) {
    faults.option('secret.value', `must be at least ${MIN_SECRET_LENGTH} visible ASCII characters`);
    return undefined;
  }
  return { header: name, digest: Buffer.from(digestOf(value)) };
}

/** In lower case, as Node has it. A name with `_` is removed by many proxies. */
function readHeaderName(given: unknown, path: string, faults: Faults): string {
  const name = typeof given === 'string' ? given.toLowerCase() : '';
  if (!isHeaderName(name)) faults.option(path, `must be the name of a header, such as \`${DEFAULT_HEADER}\``);
  else if (OTHER_PURPOSES.has(name)) faults.option(path, `must not be \`${name}\`, which clients send for another purpose`);
  return name;
}
