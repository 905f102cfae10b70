import { describe, expect, it } from 'vitest';
import { type BucketDefinition, readBucketDefinition } from '../../src/services/s3/bucket-definition.ts';
import { S3Harness } from './s3-harness.ts';

describe('the definition of a bucket', () => {
  it('is a name or an object', () => {
    expect(readBucketDefinition('pool')).toEqual({ name: 'pool', settings: {} });
    expect(readBucketDefinition({ Bucket: 'pool' })).toEqual({ name: 'pool', settings: {} });
    expect(readBucketDefinition({ Bucket: 'pool', Versioning: 'Enabled' })).toEqual({ name: 'pool', versioning: 'Enabled', settings: {} });
  });

  it.each<[unknown, string]>([
    ['Pool', '`Pool` is not a valid bucket name'],
    ['', '`` is not a valid bucket name'],
    [null, 'a bucket must be a name or an object'],
    [1, 'a bucket must be a name or an object'],
    [['pool'], 'a bucket must be a name or an object'],
    [{}, '`undefined` is not a valid bucket name'],
    [{ Bucket: ['pool'] }, 'is not a valid bucket name'],
    [{ Bucket: 'pool', Versioning: 'Suspended' }, '`Versioning` of `pool` must be `Enabled`'],
    [{ Bucket: 'pool', Versioning: true }, '`Versioning` of `pool` must be `Enabled`'],
    [{ Bucket: 'pool', Versionning: 'Enabled' }, '`Versionning` of `pool` is unknown'],
    [JSON.parse('{"Bucket":"pool","__proto__":{}}'), '`__proto__` of `pool` is unknown'],
  ])('is refused as %j', (definition, message) => {
    expect(() => readBucketDefinition(definition as BucketDefinition)).toThrow(message);
  });

  it('is refused for a bucket that is defined already, whose properties it would replace', () => {
    expect(() => new S3Harness(['pool', { Bucket: 'pool', Versioning: 'Enabled' }])).toThrow('`pool` is defined twice');
    expect(() => new S3Harness([{ Bucket: 'pool', Versioning: 'Enabled' }, 'pool', 'pool'])).not.toThrow();
  });
});
