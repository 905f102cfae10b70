import { isIPv4, isIPv6 } from 'node:net';

/** An address as a number of 32 or 128 bits. IPv4 and IPv6 addresses never match each other, not even mapped ones. */
interface Address {
  readonly bits: bigint;
  readonly width: 32 | 128;
}

/** The addresses that have their first bits in common. */
export interface AddressBlock {
  readonly first: Address;
  readonly prefix: number;
}

/** Parses one address, without a prefix or a zone. */
export function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { bits: readIPv4(text), width: 32 };
  // A service never sees the zone of an address (`fe80::1%eth0`).
  if (isIPv6(text) && !text.includes('%')) return { bits: readIPv6(text), width: 128 };
  return undefined;
}

/** `203.0.113.0/24`, `2001:db8::/32`; without a prefix, exactly that address. Bits after the prefix are ignored. */
export function parseAddressBlock(text: string): AddressBlock | undefined {
  const [, address = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const first = parseAddress(address);
  if (!first) return undefined;
  const length = prefix === undefined ? first.width : Number(prefix);
  return length > first.width ? undefined : { first, prefix: length };
}

export function contains({ first, prefix }: AddressBlock, address: Address): boolean {
  if (first.width !== address.width) return false;
  const rest = BigInt(first.width - prefix);
  return first.bits >> rest === address.bits >> rest;
}

function readIPv4(text: string): bigint {
  return text.split('.').reduce((bits, byte) => (bits << 8n) | BigInt(byte), 0n);
}

function readIPv6(text: string): bigint {
  const [left = '', right] = withoutDots(text).split('::');
  const before = left === '' ? [] : left.split(':');
  const after = right === undefined || right === '' ? [] : right.split(':');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

/** `::ffff:203.0.113.9` as `::ffff:cb00:7109`. */
function withoutDots(text: string): string {
  const last = text.slice(text.lastIndexOf(':') + 1);
  if (!last.includes('.')) return text;
  const bits = readIPv4(last);
  return `${text.slice(0, -last.length)}${(bits >> 16n).toString(16)}:${(bits & 0xffffn).toString(16)}`;
}
