import { describe, expect, it } from 'vitest';
import {
  defaultSessionName,
  externalIdFault,
  parseRoleArn,
  roleArnFault,
  sessionNameFault,
  sourceIdentityFault,
  tagsFault,
  untaggedKeys,
} from '../../src/credentials/session-parameters.ts';

describe('defaultSessionName', () => {
  it('is the tenant id if STS accepts it', () => {
    for (const id of ['acme', 'ab', 'org_2a-B', 'a'.repeat(64), 'a@b.c,d=e+f']) expect(defaultSessionName(id)).toBe(id);
  });

  it('is `t-` and 40 hex digits if STS does not', () => {
    for (const id of ['a', 'a:b', 'a/b', 'a'.repeat(65)]) expect(defaultSessionName(id)).toMatch(/^t-[0-9a-f]{40}$/);
    expect(defaultSessionName('a:b')).not.toBe(defaultSessionName('a:c'));
  });

  it('never equals the session name of another tenant, also if the id looks like a digest', () => {
    const [taken, another] = [defaultSessionName('a:b'), `t-${'0'.repeat(40)}`];

    for (const id of [taken, another]) {
      expect(defaultSessionName(id)).toMatch(/^t-[0-9a-f]{40}$/);
      expect(defaultSessionName(id)).not.toBe(id);
    }
    for (const id of [`T-${'0'.repeat(40)}`, `t-${'0'.repeat(39)}`, `t-${'0'.repeat(41)}`, `t-${'G'.repeat(40)}`, `t-${'A'.repeat(40)}`])
      expect(defaultSessionName(id)).toBe(id);
  });
});

describe('parseRoleArn and roleArnFault', () => {
  it('read partition and account', () => {
    expect(parseRoleArn('arn:aws-us-gov:iam::123456789012:role/path/to/Tenant@Access')).toEqual({
      partition: 'aws-us-gov',
      account: '123456789012',
    });
  });

  it.each([
    '',
    'TenantAccess',
    'arn:aws:iam::123:role/a',
    'arn:aws:iam::123456789012:user/a',
    'arn:aws:iam::123456789012:role/',
    'arn:aws:iam::123456789012:role/a b',
    'arn:aws:iam::123456789012:role/a\n',
    7,
    undefined,
  ])('refuse %j', (arn) => {
    expect(roleArnFault(arn)).toContain('arn:aws:iam::');
  });
});

describe('the checks', () => {
  it.each(['a', 'a b', 'a/b', 'a:b', 'é2', '', 'a'.repeat(65), 'ab\n', 7])('refuse %j as a session name or source identity', (name) => {
    expect(sessionNameFault(name)).toBeDefined();
    expect(sourceIdentityFault(name)).toBeDefined();
  });

  it.each(['a', 'a b', 'a*', 'a'.repeat(1_225)])('refuse %j as an external id', (id) => {
    expect(externalIdFault(id)).toBeDefined();
  });

  it.each([
    ['a list', ['tenant']],
    ['a string', 'tenant'],
    ['51 tags', Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'v']))],
    ['two keys that differ only in case', { tenant: 'a', TENANT: 'b' }],
    ['a key that AWS reserves', { 'aws:tenant': 'a' }],
    ['an empty key', { '': 'a' }],
    ['a long key', { ['k'.repeat(129)]: 'a' }],
    ['a long value', { tenant: 'v'.repeat(257) }],
    ['a value that is not a string', { tenant: 1 }],
    ['a wildcard', { tenant: '*' }],
    ['a quote', { tenant: '"' }],
  ])('refuse %s as tags', (_what, tags) => {
    expect(tagsFault(tags)).toBeDefined();
  });

  it('accept valid values', () => {
    expect(tagsFault({ tenant: 'acme', 'cost center': 'M\u00fcller & S\u00f6hne'.replace(' &', '') })).toBeUndefined();
    expect(tagsFault({ tenant: '' })).toBeUndefined();
    expect(externalIdFault('a1:b2/c3')).toBeUndefined();
    expect(sourceIdentityFault('alice@example.com')).toBeUndefined();
  });
});

describe('untaggedKeys', () => {
  it('returns the transitive keys without a tag, ignoring case', () => {
    expect(untaggedKeys(['Tenant', 'tier'], { tenant: 'acme' })).toEqual(['tier']);
  });
});
