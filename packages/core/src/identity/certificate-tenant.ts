import type { X509Certificate } from 'node:crypto';
import type { Faults } from '@tenant-aws/policy';
import { isObject } from '@tenant-aws/policy/json';
import { TenantMissingError } from '../errors.ts';
import { certificateInvalid } from './source-errors.ts';
import { subjectAltNames } from './subject-alt-names.ts';

/** Where a certificate has the tenant id. */
export type TenantFrom =
  | { readonly dns: string }
  | { readonly uri: string }
  | { readonly subject: string }
  | ((certificate: X509Certificate) => string | undefined);

/** Reads the tenant id in a certificate. It throws TenantMissingError or TokenInvalidError. */
export type TenantReader = (certificate: X509Certificate) => unknown;

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const SEGMENT = /^[^/?#%]+$/;

/** @param path the option, for the faults */
export function readTenantFrom(given: unknown, path: string, faults: Faults): TenantReader {
  if (typeof given === 'function') return (certificate) => presentOr(given(certificate), '`tenantFrom` returned nothing');
  const [[kind, value] = [], ...more] = isObject(given) ? Object.entries(given) : [];
  const reader = more.length === 0 && typeof value === 'string' ? readerOf(kind, value) : undefined;
  if (typeof reader === 'function') return reader;
  faults.option(
    path,
    reader ?? "is required: { dns: 'agents.example.com' }, { uri: 'spiffe://example.com/tenants/' }, { subject: 'O' } or a function",
  );
  return () => undefined;
}

/** The reader; the reason for which the value is not accepted; undefined for another kind. */
function readerOf(kind: string | undefined, value: string): TenantReader | string | undefined {
  switch (kind) {
    case 'dns':
      if (!value.split('.').every((label) => LABEL.test(label)))
        return 'must have a domain in lower case in `dns`, without a dot at its ends';
      return (certificate) => dnsLabel(certificate, `.${value}`);
    case 'uri':
      if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#]+\/(?:.*\/)?$/.test(value)) return 'must have a URI that ends with a slash in `uri`';
      return (certificate) => uriSegment(certificate, value);
    case 'subject':
      // The common name is a host name or a person, and many authorities do not verify it.
      if (!/^[A-Za-z]+$/.test(value) || value.toUpperCase() === 'CN')
        return 'must have an attribute of the subject such as `O` in `subject`, and not `CN`';
      return (certificate) => subjectAttribute(certificate, value);
    default:
      return undefined;
  }
}

/** One label before the suffix. Case, deeper names and a dot at the end count as the suffix, and are refused. */
function dnsLabel(certificate: X509Certificate, suffix: string): string {
  const names = subjectAltNames(certificate).flatMap(({ type, value }) => (type === 'DNS' ? [value] : []));
  const name = only(
    names.filter((each) => each.toLowerCase().replace(/\.$/, '').endsWith(suffix)),
    `a DNS name that ends with \`${suffix}\``,
  );
  const label = name.slice(0, -suffix.length);
  if (!name.endsWith(suffix) || !LABEL.test(label))
    throw certificateInvalid(`the DNS name is not one label in lower case before \`${suffix}\``);
  return label;
}

function uriSegment(certificate: X509Certificate, prefix: string): string {
  const uris = subjectAltNames(certificate).flatMap(({ type, value }) => (type === 'URI' ? [value] : []));
  const rest = only(
    uris.filter((each) => each.startsWith(prefix)),
    `a URI that begins with \`${prefix}\``,
  ).slice(prefix.length);
  if (!SEGMENT.test(rest)) throw certificateInvalid(`the URI is not one path segment after \`${prefix}\``);
  return rest;
}

function subjectAttribute(certificate: X509Certificate, name: string): string {
  const subject: unknown = certificate.toLegacyObject().subject;
  const value = isObject(subject) && Object.hasOwn(subject, name) ? subject[name] : undefined;
  return only(value === undefined ? [] : [value].flat().map(String), `the attribute \`${name}\` in the subject`);
}

function only([value, ...more]: readonly string[], what: string): string {
  if (more.length > 0) throw certificateInvalid(`the certificate has more than one: ${what}`);
  return presentOr(value, `the certificate does not have ${what}`);
}

function presentOr<T>(value: T | undefined, reason: string): T {
  if (value === undefined) throw new TenantMissingError({ detail: { reason } });
  return value;
}
