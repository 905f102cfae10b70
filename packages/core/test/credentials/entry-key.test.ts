import { parseTenantId } from '@tenant-aws/policy';
import { describe, expect, it } from 'vitest';
import { type SharedShape, shapeKey, sharedDigest } from '../../src/credentials/entry-key.ts';

const shape: SharedShape = {
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

const others: readonly (readonly [string, Partial<SharedShape>])[] = [
  ['the partition', { partition: 'aws-cn' }],
  ['the role', { roleArn: 'arn:aws:iam::000000000000:role/Other' }],
  ['the permissions', { permissions: 'other' }],
  ['the duration', { durationSeconds: 901 }],
  ['the session name', { sessionName: 'acme2' }],
  ['the default session name', { sessionName: undefined }],
  ['the source identity', { sourceIdentity: 'alice' }],
  ['an empty source identity', { sourceIdentity: '' }],
  ['the external id', { externalId: 'alice' }],
  ['an additional tag', { tags: { ...shape.tags, plan: 'pro' } }],
  ['a missing tag', { tags: { tenant: 'acme' } }],
  ['another value of a tag', { tags: { ...shape.tags, tier: 'silo' } }],
  ['a missing transitive key', { transitiveTagKeys: ['tenant'] }],
];

describe('sharedDigest', () => {
  it.each(others)('differs with %s', (_what, other) => {
    expect(sharedDigest({ ...shape, ...other })).not.toBe(sharedDigest(shape));
  });

  it('differs between any two of these shapes', () => {
    expect(new Set([shape, ...others.map(([, other]) => ({ ...shape, ...other }))].map(sharedDigest)).size).toBe(others.length + 1);
  });

  it('does not depend on the order of tags', () => {
    expect(sharedDigest({ ...shape, tags: { tier: 'pool', tenant: 'acme' }, transitiveTagKeys: ['tier', 'tenant'] })).toBe(
      sharedDigest(shape),
    );
  });

  it('differs for lists of texts with the same concatenation', () => {
    const pairs: readonly (readonly [Partial<SharedShape>, Partial<SharedShape>])[] = [
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
      [{ roleArn: '4:role;' }, { roleArn: 'role' }],
    ];
    for (const [a, b] of pairs) expect(sharedDigest({ ...shape, ...a })).not.toBe(sharedDigest({ ...shape, ...b }));
  });
});

describe('shapeKey', () => {
  it('differs with the tenant and with the shared part', () => {
    const [one, other] = [sharedDigest(shape), sharedDigest({ ...shape, durationSeconds: 901 })];
    const tenants = ['acme', 'globex', 'acme-1', 'ACME', one.replaceAll(/[^A-Za-z0-9]/g, 'x')].map((id) => parseTenantId(id));

    const keys = [one, other].flatMap((digest) => tenants.map((tenantId) => shapeKey(digest, tenantId)));

    expect(new Set(keys).size).toBe(10);
  });
});
