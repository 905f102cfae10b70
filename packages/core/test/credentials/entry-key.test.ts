import { describe, expect, it } from 'vitest';
import { type EntryShape, entryKey, shapeKey } from '../../src/credentials/entry-key.ts';

const shape: EntryShape = {
  tenantId: 'acme',
  partition: 'aws',
  roleArn: 'arn:aws:iam::000000000000:role/TenantAccess',
  permissions: 'digest',
  durationSeconds: 900,
  sessionName: 'acme',
  sourceIdentity: undefined,
  externalId: undefined,
  tags: { tenant: 'acme', tier: 'pool' },
  transitiveTagKeys: ['tenant', 'tier'],
};

const others: readonly (readonly [string, Partial<EntryShape>])[] = [
  ['the tenant', { tenantId: 'globex' }],
  ['the partition', { partition: 'aws-cn' }],
  ['the role', { roleArn: 'arn:aws:iam::000000000000:role/Other' }],
  ['the permissions', { permissions: 'other' }],
  ['the duration', { durationSeconds: 901 }],
  ['the session name', { sessionName: 'acme2' }],
  ['the source identity', { sourceIdentity: 'alice' }],
  ['an empty source identity', { sourceIdentity: '' }],
  ['the external id', { externalId: 'alice' }],
  ['an additional tag', { tags: { ...shape.tags, plan: 'pro' } }],
  ['a missing tag', { tags: { tenant: 'acme' } }],
  ['another value of a tag', { tags: { ...shape.tags, tier: 'silo' } }],
  ['a missing transitive key', { transitiveTagKeys: ['tenant'] }],
];

describe('shapeKey', () => {
  it.each(others)('differs with %s', (_what, other) => {
    expect(shapeKey({ ...shape, ...other })).not.toBe(shapeKey(shape));
  });

  it('differs between any two of these shapes', () => {
    expect(new Set([shape, ...others.map(([, other]) => ({ ...shape, ...other }))].map(shapeKey)).size).toBe(others.length + 1);
  });

  it('does not depend on the order of tags', () => {
    expect(shapeKey({ ...shape, tags: { tier: 'pool', tenant: 'acme' }, transitiveTagKeys: ['tier', 'tenant'] })).toBe(shapeKey(shape));
  });

  it('differs for lists of texts with the same concatenation', () => {
    const pairs: readonly (readonly [Partial<EntryShape>, Partial<EntryShape>])[] = [
      [
        { sessionName: 'ab', sourceIdentity: 'c' },
        { sessionName: 'a', sourceIdentity: 'bc' },
      ],
      [
        { sourceIdentity: 'x', externalId: undefined },
        { sourceIdentity: undefined, externalId: 'x' },
      ],
      [{ tags: { a: 'b', c: 'd' } }, { tags: { a: 'b;1:c;1:d' } }],
      [
        { tags: {}, transitiveTagKeys: ['a', 'b'] },
        { tags: { a: 'b' }, transitiveTagKeys: [] },
      ],
      [{ tenantId: '4:acme;' }, { tenantId: 'acme' }],
    ];
    for (const [a, b] of pairs) expect(shapeKey({ ...shape, ...a })).not.toBe(shapeKey({ ...shape, ...b }));
  });
});

describe('entryKey', () => {
  it('differs with the region', () => {
    expect(entryKey(shapeKey(shape), 'eu-west-1')).not.toBe(entryKey(shapeKey(shape), 'us-east-1'));
  });
});
