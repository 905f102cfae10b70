import { beforeEach, describe, expect, it } from 'vitest';
import { S3Harness } from './s3-harness.ts';

let s3: S3Harness;
beforeEach(() => {
  s3 = new S3Harness();
});

const names = (body: string) => [...body.matchAll(/<Bucket><Name>(.*?)</g)].map(([, name]) => name);

describe('bucket operations', () => {
  it('creates, finds, lists and deletes buckets', async () => {
    expect(await s3.send('PUT', '/new-one')).toMatchObject({ status: 200, headers: { location: '/new-one' } });
    expect(await s3.send('HEAD', '/new-one')).toMatchObject({ status: 200, body: '', headers: { 'x-amz-bucket-region': 'us-east-1' } });
    expect(names((await s3.send('GET', '/')).body)).toEqual(['new-one', 'other', 'pool']);
    expect(await s3.send('DELETE', '/new-one')).toMatchObject({ status: 204, headers: {} });
    expect(await s3.send('HEAD', '/new-one')).toMatchObject({ status: 404, body: '' });
    expect((await s3.send('DELETE', '/new-one')).code).toBe('NoSuchBucket');
  });

  it('does not create a bucket twice, reports that everywhere but in us-east-1, and keeps its objects', async () => {
    const europe = new S3Harness(['pool'], 'eu-west-1');
    const body = '<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>';
    expect(await europe.send('PUT', '/pool', { body })).toMatchObject({ status: 409, code: 'BucketAlreadyOwnedByYou' });
    await s3.seed({ k: 'kept' });
    expect(await s3.send('PUT', '/pool')).toMatchObject({ status: 200, headers: { location: '/pool' } });
    expect(await s3.send('DELETE', '/pool')).toMatchObject({ status: 409, code: 'BucketNotEmpty' });
    expect((await s3.send('GET', '/pool/k')).body).toBe('kept');
  });

  it('lists buckets by pages, by prefix and by region', async () => {
    const { body } = await s3.send('GET', '/?max-buckets=1');
    const token = /<ContinuationToken>(.*?)</.exec(body)?.[1] ?? '';
    expect(names(body)).toEqual(['other']);
    expect(names((await s3.send('GET', `/?max-buckets=1&continuation-token=${token}`)).body)).toEqual(['pool']);
    expect(names((await s3.send('GET', '/?prefix=p')).body)).toEqual(['pool']);
    expect(names((await s3.send('GET', '/?bucket-region=eu-west-1')).body)).toEqual([]);
    for (const wrong of ['0', '-1', '1e1', '10001']) expect((await s3.send('GET', `/?max-buckets=${wrong}`)).code).toBe('InvalidArgument');
  });

  it('creates a bucket only in the region of the service', async () => {
    const constraint = (region: string) =>
      `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`;
    const europe = new S3Harness([], 'eu-west-1');
    expect((await europe.send('PUT', '/one')).code).toBe('IllegalLocationConstraintException');
    expect((await europe.send('PUT', '/one', { body: constraint('eu-west-1') })).iamRequests[0]?.context).toMatchObject({
      's3:locationconstraint': 'eu-west-1',
    });
    expect((await europe.send('GET', '/one?location=')).body).toContain('>eu-west-1</LocationConstraint>');
    expect((await s3.send('PUT', '/two', { body: constraint('eu-west-1') })).code).toBe('IllegalLocationConstraintException');
    expect((await s3.send('GET', '/pool?location=')).body).toContain('></LocationConstraint>');
  });

  it.each(['<CreateBucketConfiguration><Tags></Tags></CreateBucketConfiguration>', '<Other/>', 'x'])(
    'rejects the body %j',
    async (body) => {
      expect(await s3.send('PUT', '/new-one', { body })).toMatchObject({ status: 400, code: 'MalformedXML' });
    },
  );

  it.each(['a--x-s3', 'xn--bucket', 'my-s3alias', 'a--ol-s3', 'sthree-a'])('rejects the bucket name %j', async (name) => {
    expect(await s3.send('PUT', `/${name}`)).toMatchObject({ status: 400, code: 'InvalidBucketName' });
  });

  it('needs the permissions that AWS needs', async () => {
    const right = async (method: string, path: string) => {
      const [first] = (await s3.send(method, path)).iamRequests;
      return [first?.action, first?.resource];
    };
    expect(await right('GET', '/')).toEqual(['s3:ListAllMyBuckets', '*']);
    expect(await right('PUT', '/new-one')).toEqual(['s3:CreateBucket', 'arn:aws:s3:::new-one']);
    expect(await right('HEAD', '/pool')).toEqual(['s3:ListBucket', 'arn:aws:s3:::pool']);
    expect(await right('GET', '/pool?location=')).toEqual(['s3:GetBucketLocation', 'arn:aws:s3:::pool']);
    expect(await right('DELETE', '/pool')).toEqual(['s3:DeleteBucket', 'arn:aws:s3:::pool']);
  });

  it('checks permissions first: a denied caller does not learn whether a bucket exists', async () => {
    s3.allows = () => false;
    for (const [method, path] of [
      ['GET', '/none?list-type=2'],
      ['HEAD', '/none'],
      ['PUT', '/pool'],
      ['DELETE', '/none'],
      ['GET', '/none/k'],
    ] as const) {
      expect((await s3.send(method, path)).status, path).toBe(403);
    }
  });
});
