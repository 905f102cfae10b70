import type { X509Certificate } from 'node:crypto';
import { Faults } from '@tenant-aws/policy';
import { isObject } from '@tenant-aws/policy/json';
import { boundedMap } from '../bounded-map.ts';
import { systemClock } from '../clock.ts';
import { certificateInvalid } from './source-errors.ts';
import { optionsElsewhere } from '../option-places.ts';
import type { TenantIdentity } from '../tenant.ts';
import { readTenantFrom, type TenantFrom, type TenantReader } from './certificate-tenant.ts';
import { CERTIFICATE_HEADERS } from './forwarded-certificate.ts';
import type { IdentityRequest, IdentitySource } from './identity-source.ts';
import { readTenant } from './tenant-claim.ts';
import { hasProxyHeader, readTrustedProxies } from './trusted-proxies.ts';

export interface ClientCertificateOptions {
  /**
   * Where the certificate has the tenant id:
   * - `{ dns: 'agents.example.com' }`: one label before this suffix, in exactly one DNS name, in lower case
   * - `{ uri: 'spiffe://example.com/tenants/' }`: the path segment after this prefix, in exactly one URI
   * - `{ subject: 'O' }`: the only value of this attribute of the subject; never the common name
   * - a function of the certificate; `undefined` if it has no tenant
   */
  readonly tenantFrom: TenantFrom;
  /** The proxy that has verified the certificate and sends it in a header. Default: TLS ends in this process. */
  readonly header?: 'nginx' | 'envoy' | 'alb' | undefined;
  /** The addresses of that proxy, as IPv4 or IPv6 addresses or CIDRs. Required with `header`. */
  readonly trustProxy?: readonly string[] | undefined;
}

type CertificateReader = (request: IdentityRequest) => X509Certificate | undefined;

/** Extended key usage: TLS client authentication (RFC 5280, 4.2.1.12). */
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
/** The same certificate gets the same identity object, so that options which are functions are called once. */
const MAX_IDENTITIES = 10_000;

/**
 * The identity source of client certificates (mTLS). Without a certificate, nothing is presented. The identity expires with the
 * certificate.
 *
 * Without `header`, TLS ends in this process: its server needs `requestCert: true`, the `ca` of the clients and `minVersion: 'TLSv1.3'`.
 * Certificates are refused that Node did not verify, that came by an earlier version of TLS, in which a client can replace its certificate
 * while a request is handled, or whose extended key usage does not have client authentication.
 *
 * @throws {@link ConfigurationError} with every fault of the options
 * @example
 * const identity = clientCertificate({ tenantFrom: { dns: 'agents.example.com' }, header: 'nginx', trustProxy: ['10.0.0.0/8'] });
 */
export function clientCertificate(options: ClientCertificateOptions): IdentitySource {
  const { tenantIn, certificateOf } = readOptions(options);
  const known = boundedMap<TenantIdentity>(MAX_IDENTITIES);

  function clientCertificate(request: IdentityRequest): TenantIdentity | undefined {
    const certificate = certificateOf(request);
    if (certificate === undefined) return undefined;
    assertInForce(certificate);
    const fingerprint = certificate.fingerprint512;
    const identity = known.get(fingerprint) ?? identityOf(certificate, tenantIn);
    known.set(fingerprint, identity);
    return identity;
  }

  return Object.assign(clientCertificate, { source: 'certificate' as const });
}

/** A connection may be open for longer than its certificate is valid. */
function assertInForce({ validFrom, validTo }: X509Certificate): void {
  const now = systemClock.now().wall;
  if (!(now < Date.parse(validTo))) throw certificateInvalid('the certificate has expired');
  if (!(now >= Date.parse(validFrom))) throw certificateInvalid('the certificate is not yet valid');
}

function identityOf(certificate: X509Certificate, tenantIn: TenantReader): TenantIdentity {
  const { subject, subjectAltName, issuer, serialNumber, fingerprint256, validTo } = certificate;
  return Object.freeze({
    tenantId: readTenant(tenantIn(certificate), 'tenantFrom'),
    claims: Object.freeze({ subject, subjectAltName, issuer, serialNumber, fingerprint256 }),
    source: 'certificate' as const,
    expiresAt: Date.parse(validTo),
  });
}

/** TLS ends in this process, and Node has verified the certificate. */
function ofConnection({ peerCertificate }: IdentityRequest): X509Certificate | undefined {
  if (peerCertificate === undefined) return undefined;
  const { certificate, authorized } = peerCertificate;
  if (!authorized)
    throw certificateInvalid('the certificate is not from an authority that this server trusts, or the connection does not use TLS 1.3');
  if (!certificate.keyUsage?.includes(CLIENT_AUTH)) throw certificateInvalid('the certificate is not for client authentication');
  return certificate;
}

function readOptions(given: ClientCertificateOptions): { readonly tenantIn: TenantReader; readonly certificateOf: CertificateReader } {
  const faults = new Faults();
  if (!isObject(given))
    faults.add("the options of `clientCertificate` must be an object such as { tenantFrom: { dns: 'agents.example.com' } }");
  faults.throwIfAny();
  const { tenantFrom, header, trustProxy, ...unknown }: Partial<ClientCertificateOptions> = given;
  faults.noneOf('', unknown, ['tenantFrom', 'header', 'trustProxy'], optionsElsewhere('clientCertificate'));
  const tenantIn = readTenantFrom(tenantFrom, 'tenantFrom', faults);
  const certificateOf = header === undefined ? ofConnection : fromHeader(header, trustProxy, faults);
  if (header === undefined && trustProxy !== undefined) faults.option('trustProxy', 'needs `header`: without it, TLS ends in this process');
  faults.throwIfAny();
  return { tenantIn, certificateOf };
}

function fromHeader(header: string, trustProxy: unknown, faults: Faults): CertificateReader {
  const isTrusted = readTrustedProxies(trustProxy, 'trustProxy', faults);
  const proxy = Object.entries(CERTIFICATE_HEADERS).find(([name]) => name === header)?.[1];
  if (proxy === undefined) faults.option('header', "must be 'nginx', 'envoy' or 'alb'");
  return (request) => (proxy && hasProxyHeader(request, proxy.names, isTrusted) ? proxy.read(request.headersDistinct) : undefined);
}
