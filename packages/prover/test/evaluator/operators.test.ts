import { describe, expect, it } from 'vitest';
import { OPERATORS } from '../../src/evaluator/operators.ts';
import { matches } from './iam.ts';

const KEY = 'aws:x';

/** Operator, the policy's value or values, the request's value, the result. */
type Row = readonly [operator: string, policy: string | string[], request: string, expected: boolean];

const STRINGS: Row[] = [
  ['StringEquals', 'acme', 'acme', true],
  ['StringEquals', 'acme', 'ACME', false],
  ['StringEquals', 'ac*', 'acme', false],
  ['StringEquals', '*', '*', true],
  ['StringEquals', '', '', true],
  ['StringEquals', ['globex', 'acme'], 'acme', true],
  ['StringEquals', [], 'acme', false],
  ['StringNotEquals', 'acme', 'acme', false],
  ['StringNotEquals', 'acme', 'ACME', true],
  ['StringNotEquals', ['globex', 'acme'], 'acme', false],
  ['StringNotEquals', ['globex', 'initech'], 'acme', true],
  ['StringNotEquals', [], 'acme', true],
  ['StringEqualsIgnoreCase', 'ACME', 'acme', true],
  ['StringEqualsIgnoreCase', 'acme', 'acme2', false],
  ['StringEqualsIgnoreCase', 'stra\u00dfe', 'STRASSE', false],
  ['StringEqualsIgnoreCase', 'caf\u00e9', 'CAF\u00c9', true],
  ['StringNotEqualsIgnoreCase', 'ACME', 'acme', false],
  ['StringNotEqualsIgnoreCase', 'acme', 'globex', true],
  ['StringLike', 'ac*', 'acme', true],
  ['StringLike', 'ac?e', 'acme', true],
  ['StringLike', 'AC*', 'acme', false],
  ['StringLike', '*', '', true],
  ['StringLike', 'arn:aws:s:*:1:f/*', 'arn:aws:s:us:9:store/abc:1:f/d', true],
  ['StringNotLike', 'ac*', 'acme', false],
  ['StringNotLike', ['x*', 'ac*'], 'acme', false],
  ['StringNotLike', 'x*', 'acme', true],
];

const NUMBERS: Row[] = [
  ['NumericEquals', '10', '10', true],
  ['NumericEquals', '10.0', '10', true],
  ['NumericEquals', '010', '10', true],
  ['NumericEquals', '-0', '0', true],
  ['NumericEquals', '9007199254740993', '9007199254740992', false],
  ['NumericEquals', '10', '11', false],
  ['NumericEquals', '10', '1e1', false],
  ['NumericEquals', '10', '', false],
  ['NumericNotEquals', '10', '11', true],
  ['NumericNotEquals', '10', '10.00', false],
  ['NumericLessThan', '10', '9', true],
  ['NumericLessThan', '10', '10', false],
  ['NumericLessThan', '10', '-11', true],
  ['NumericLessThan', '10', '9.99', true],
  ['NumericLessThanEquals', '10', '10', true],
  ['NumericLessThanEquals', '10', '10.01', false],
  ['NumericGreaterThan', '10', '11', true],
  ['NumericGreaterThan', '10', '10', false],
  ['NumericGreaterThan', '9', '10', true],
  ['NumericGreaterThanEquals', '10', '10', true],
  ['NumericGreaterThanEquals', '10', '9', false],
];

const NOON = '2026-11-24T12:00:00Z';
const DATES: Row[] = [
  ['DateEquals', NOON, '2026-11-24T12:00:00.000Z', true],
  ['DateEquals', NOON, '2026-11-24T13:00:00+01:00', true],
  ['DateEquals', NOON, '2026-11-24T10:30:00-01:30', true],
  ['DateEquals', NOON, '2026-11-24T12:00Z', true],
  ['DateEquals', NOON, '1795521600', true],
  ['DateEquals', NOON, '2026-11-24T12:00:00.001Z', false],
  ['DateEquals', '2026', '2026-01-01T00:00:00Z', true],
  ['DateEquals', '2026-11', '2026-11-01', true],
  ['DateNotEquals', NOON, '2026-11-24T12:00:01Z', true],
  ['DateNotEquals', NOON, '1795521600', false],
  ['DateLessThan', NOON, '2026-11-24T11:59:59Z', true],
  ['DateLessThan', NOON, NOON, false],
  ['DateLessThan', '1795521600', '2026-11-24T11:59:59Z', true],
  ['DateLessThanEquals', NOON, NOON, true],
  ['DateLessThanEquals', NOON, '2026-11-24T12:00:00.1Z', false],
  ['DateGreaterThan', NOON, '2026-11-24T12:00:00.1Z', true],
  ['DateGreaterThan', NOON, NOON, false],
  ['DateGreaterThanEquals', NOON, NOON, true],
  ['DateGreaterThanEquals', NOON, '2026-11-23', false],
];

const ADDRESSES: Row[] = [
  ['IpAddress', '203.0.113.0/24', '203.0.113.255', true],
  ['IpAddress', '203.0.113.0/24', '203.0.114.0', false],
  ['IpAddress', '203.0.113.7/24', '203.0.113.9', true],
  ['IpAddress', '203.0.113.9', '203.0.113.9', true],
  ['IpAddress', '203.0.113.9', '203.0.113.8', false],
  ['IpAddress', '0.0.0.0/0', '1.2.3.4', true],
  ['IpAddress', '0.0.0.0/0', '::1', false],
  ['IpAddress', '::/0', '1.2.3.4', false],
  ['IpAddress', '2001:DB8:1234:5678::/64', '2001:db8:1234:5678::9', true],
  ['IpAddress', '2001:DB8:1234:5678::/64', '2001:db8:1234:5679::', false],
  ['IpAddress', '2001:db8::1', '2001:db8:0:0:0:0:0:1', true],
  ['IpAddress', '2001:db8::1', '2001:db8::2', false],
  ['IpAddress', '203.0.113.0/24', '::ffff:203.0.113.9', false],
  ['IpAddress', ['198.51.100.0/24', '203.0.113.0/24'], '203.0.113.9', true],
  ['NotIpAddress', '203.0.113.0/24', '203.0.113.9', false],
  ['NotIpAddress', ['198.51.100.0/24', '203.0.113.0/24'], '203.0.113.9', false],
  ['NotIpAddress', '203.0.113.0/24', '192.0.2.1', true],
];

const ARNS: Row[] = ['ArnEquals', 'ArnLike'].flatMap((operator): Row[] => [
  [operator, 'arn:aws:iam::1:role/*', 'arn:aws:iam::1:role/a', true],
  [operator, 'arn:aws:iam::1:role/*', 'arn:aws:iam::1:role/a:b/c', true],
  [operator, 'arn:aws:iam::1:role/A', 'arn:aws:iam::1:role/a', false],
  [operator, 'arn:aws:sns:*:1:x', 'arn:aws:sns:us:2:s:1:x', false],
  [operator, 'arn:*:iam::*:role/?', 'arn:aws-cn:iam::1:role/a', true],
  [operator.replace('Arn', 'ArnNot'), 'arn:aws:iam::1:role/*', 'arn:aws:iam::1:role/a', false],
  [operator.replace('Arn', 'ArnNot'), 'arn:aws:iam::1:role/*', 'arn:aws:iam::2:role/a', true],
]);

const OTHERS: Row[] = [
  ['Bool', 'true', 'true', true],
  ['Bool', 'True', 'true', true],
  ['Bool', 'true', 'false', false],
  ['Bool', 'false', 'FALSE', true],
  ['BinaryEquals', 'QmluYXJ5', 'QmluYXJ5', true],
  ['BinaryEquals', 'QQ==', 'QR==', true],
  ['BinaryEquals', 'QmluYXJ5', 'ASIAIOSFODNN7EXAMPLE', false],
  ['BinaryEquals', 'QQ==', 'A', false],
];

describe.each([
  ['strings', STRINGS],
  ['numbers', NUMBERS],
  ['dates', DATES],
  ['IP addresses', ADDRESSES],
  ['ARNs', ARNS],
  ['booleans and bytes', OTHERS],
])('the operators of %s', (_, rows) => {
  it.each(rows)('%s %j of %j: %s', (operator, policy, value, expected) => {
    expect(matches({ [operator]: { [KEY]: policy } }, { [KEY]: value })).toBe(expected);
  });
});

describe('a value of the request without the type of the operator', () => {
  const rows: Row[] = [
    ['NumericEquals', '10', 'ten', false],
    ['NumericNotEquals', '10', 'ten', false],
    ['NumericNotEquals', '10', '0x0a', false],
    ['DateNotEquals', NOON, '2026-02-30', false],
    ['DateNotEquals', NOON, '2026-11-24T24:00:00Z', false],
    ['DateNotEquals', NOON, '2026-11-24T12:00:00', false],
    ['DateNotEquals', NOON, '2026-11-24T12:00:00+24:00', false],
    ['DateNotEquals', NOON, '2026-11-24T12:00:00+00:60', false],
    ['DateNotEquals', NOON, '2026-13-24', false],
    ['NotIpAddress', '203.0.113.0/24', '192.0.2.0/25', false],
    ['NotIpAddress', '203.0.113.0/24', '192.0.2.01', false],
    ['NotIpAddress', 'fe80::/10', 'fe80::1%eth0', false],
    ['ArnNotLike', 'arn:aws:iam::1:role/*', 'somebody', false],
    ['ArnNotEquals', 'arn:aws:iam::1:role/*', 'arn:aws:iam::1', false],
  ];
  it.each(rows)('makes the condition false, negated or not: %s %j of %j', (operator, policy, value, expected) => {
    expect(matches({ [operator]: { [KEY]: policy } }, { [KEY]: value })).toBe(expected);
  });
});

describe('every operator', () => {
  const rows = [...STRINGS, ...NUMBERS, ...DATES, ...ADDRESSES, ...ARNS, ...OTHERS];
  it('has a row that is true and a row that is false', () => {
    for (const { name } of OPERATORS.values()) {
      const outcomes = new Set(rows.filter(([operator]) => operator === name).map((row) => row[3]));
      expect([name, outcomes.size]).toEqual([name, 2]);
    }
  });

  it.each([...OPERATORS.values()])('$name is false without the key, unless it is negated', ({ name, negated }) => {
    const [, policy = ''] = rows.find(([operator]) => operator === name) ?? [];
    expect(matches({ [name]: { [KEY]: policy } }, {})).toBe(negated);
  });

  it.each([...OPERATORS.values()])('$name with IfExists is true without the key, and unchanged with it', ({ name }) => {
    const mine = rows.filter(([operator]) => operator === name);
    for (const [, policy, value, expected] of mine) {
      expect(matches({ [`${name}IfExists`]: { [KEY]: policy } }, {})).toBe(true);
      expect(matches({ [`${name}IfExists`]: { [KEY]: policy } }, { [KEY]: value })).toBe(expected);
    }
  });
});
