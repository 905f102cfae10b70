import type { Faults } from '@tenant-aws/policy';
import ipaddr from 'ipaddr.js';
import { ProxyUntrustedError } from '../errors.ts';
import type { IdentityRequest } from './identity-source.ts';

/** Whether a request comes from a trusted proxy. */
export type TrustedProxies = (remoteAddress: string | undefined) => boolean;

type Address = ipaddr.IPv4 | ipaddr.IPv6;
interface Range {
  readonly address: Address;
  readonly prefix: number;
}

/** The length of the prefix of an IPv4-mapped IPv6 address: `::ffff:0:0/96`. */
const MAPPED_PREFIX = 96;

/**
 * Reads the addresses of the proxies whose headers are believed: IPv4 or IPv6 addresses, or CIDRs.
 *
 * @param path the option, for the faults
 */
export function readTrustedProxies(given: unknown, path: string, faults: Faults): TrustedProxies {
  if (!Array.isArray(given) || given.length === 0) {
    faults.option(path, "is required: the addresses of the proxies that set the header, such as ['10.0.0.0/8']");
    return () => false;
  }
  const ranges = given.flatMap((entry: unknown, index) => {
    const range = rangeOf(entry);
    if (typeof range !== 'string') return [range];
    faults.option(`${path}[${index}]`, range);
    return [];
  });
  return (remoteAddress) => {
    const peer = remoteAddress === undefined ? undefined : addressOf(withoutZone(remoteAddress));
    return peer !== undefined && ranges.some((range) => contains(range, peer));
  };
}

/**
 * Whether the request has one of the headers that only a trusted proxy may send.
 *
 * @param names in lower case
 * @throws {@link ProxyUntrustedError} another peer sent it; or it is spelled with `_`: many servers read `X_Tenant_Id` as the same header,
 * so a proxy may remove one spelling and pass the other on
 */
export function hasProxyHeader(
  { headersDistinct, remoteAddress }: IdentityRequest,
  names: readonly string[],
  isTrusted: TrustedProxies,
): boolean {
  for (const sent of Object.keys(headersDistinct)) {
    const name = sent.includes('_') ? sent.replaceAll('_', '-') : undefined;
    if (name !== undefined && names.includes(name)) throw new ProxyUntrustedError(`a header is spelled \`${name}\` with underscores`);
  }
  const sent = names.find((name) => headersDistinct[name] !== undefined);
  if (sent === undefined) return false;
  if (isTrusted(remoteAddress)) return true;
  throw new ProxyUntrustedError(`\`${sent}\` was sent by a peer that is not in \`trustProxy\``, { detail: { remoteAddress } });
}

/** The range of an address or a CIDR; the reason for which it is not accepted. */
function rangeOf(entry: unknown): Range | string {
  if (typeof entry !== 'string') return 'must be an address or a CIDR';
  const [text = '', length, ...more] = entry.split('/');
  const given = parsed(text);
  if (given === undefined || more.length > 0 || (length !== undefined && !/^(?:0|[1-9]\d{0,2})$/.test(length)))
    return 'must be an IPv4 or IPv6 address or a CIDR, such as 10.0.0.0/8';
  const bits = bitsOf(given);
  const prefix = length === undefined ? bits : Number(length);
  if (prefix > bits) return `must have a prefix of at most ${bits} bits`;
  const range = unmapped(given, prefix);
  if (range === undefined || range.prefix === 0) return 'includes every address, so every client could name any tenant';
  const start = firstOf(range);
  return start === range.address.toString() ? range : `has bits after its prefix: write ${start}/${range.prefix}`;
}

/** IPv4-mapped IPv6 addresses become IPv4, as a socket that listens on `::` reports IPv4 peers. */
function unmapped(address: Address, prefix: number): Range | undefined {
  if (address instanceof ipaddr.IPv4 || !address.isIPv4MappedAddress()) return { address, prefix };
  return prefix < MAPPED_PREFIX ? undefined : { address: address.toIPv4Address(), prefix: prefix - MAPPED_PREFIX };
}

function addressOf(text: string): Address | undefined {
  const address = parsed(text);
  return address && unmapped(address, bitsOf(address))?.address;
}

/**
 * ipaddr.js also accepts `127.1`, octal and hexadecimal parts, and reads `::10.0.0.1` as `::ffff:10.0.0.1`. What may mean another
 * address is not accepted here.
 */
function parsed(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  if (text.includes('.') && !/^::ffff:[\d.]+$/i.test(text)) return undefined;
  return text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined;
}

/** The zone of a link-local peer is a network interface of this host: `fe80::1%eth0`. */
function withoutZone(address: string): string {
  return address.replace(/%.*$/, '');
}

function bitsOf(address: Address): number {
  return address.kind() === 'ipv4' ? 32 : 128;
}

function contains({ address, prefix }: Range, peer: Address): boolean {
  if (address instanceof ipaddr.IPv4) return peer instanceof ipaddr.IPv4 && peer.match(address, prefix);
  return peer instanceof ipaddr.IPv6 && peer.match(address, prefix);
}

function firstOf({ address, prefix }: Range): string {
  const cidr = `${address.toString()}/${prefix}`;
  const first = address instanceof ipaddr.IPv4 ? ipaddr.IPv4.networkAddressFromCIDR(cidr) : ipaddr.IPv6.networkAddressFromCIDR(cidr);
  return first.toString();
}
