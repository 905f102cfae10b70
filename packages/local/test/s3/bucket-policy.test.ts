import {
  CopyObjectCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectsCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetScopedCredentialsCommand } from '@aws-sdk/client-sts';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LocalAws, type ResourcePolicyStatement, startLocalAws } from '../../src/index.ts';
import { assume, clientConfig, folderPolicy, keysOf, outcomeOf, POOL_ROLE, ROLE_ARN, start, stsClient } from '../start-aws.ts';
import { postForm } from './post-form.ts';
import { S3Harness } from './s3-harness.ts';

const SESSION_ARN = 'arn:aws:sts::000000000000:assumed-role/TenantAccess/acme';
const FOREIGN_ROLE = 'arn:aws:iam::111111111111:role/Partner';
const NARROW_ROLE = 'arn:aws:iam::000000000000:role/Narrow';
const BUCKET = 'arn:aws:s3:::pool';
const OBJECTS = `${BUCKET}/*`;
const trustsAll = { Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: '*', Action: 'sts:*' } } as const;

let aws: LocalAws;
let admin: S3Client;
const clients: S3Client[] = [];
beforeAll(async () => {
  aws = await start({
    roles: {
      [ROLE_ARN]: POOL_ROLE,
      [NARROW_ROLE]: {
        policy: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: `${BUCKET}/narrow` } },
      },
      [FOREIGN_ROLE]: { policy: POOL_ROLE.policy, trust: trustsAll },
    },
    buckets: ['pool', 'other'],
  });
  admin = clientOf(aws.admin);
  for (const Key of ['acme/a', 'globex/a']) await admin.send(new PutObjectCommand({ Bucket: 'pool', Key, Body: Key }));
});
beforeEach(() => admin.send(new DeleteBucketPolicyCommand({ Bucket: 'pool' })));
afterAll(async () => {
  for (const client of clients) client.destroy();
  await aws.close();
});

function clientOf(keys: Parameters<typeof clientConfig>[1]): S3Client {
  const client = new S3Client(clientConfig(aws, keys));
  clients.push(client);
  return client;
}

const asTenant = async (tenant: string, RoleArn = ROLE_ARN) =>
  clientOf(await assume(aws, { RoleArn, RoleSessionName: tenant, Policy: folderPolicy(tenant) }));
const document = (...Statement: unknown[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const put = (...statements: ResourcePolicyStatement[]) =>
  admin.send(new PutBucketPolicyCommand({ Bucket: 'pool', Policy: document(...statements) }));
const read = (client: S3Client, Key: string) => outcomeOf(client.send(new GetObjectCommand({ Bucket: 'pool', Key })));
const message = async (call: Promise<unknown>) => {
  const error: unknown = await call.catch((caught: unknown) => caught);
  return error instanceof Error ? error.message : 'allowed';
};
const allow = (Principal: ResourcePolicyStatement['Principal'], more: Partial<ResourcePolicyStatement> = {}) =>
  ({ Effect: 'Allow', Principal, Action: 's3:GetObject', Resource: OBJECTS, ...more }) as ResourcePolicyStatement;
const deny = (more: object) =>
  ({ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: [BUCKET, OBJECTS], ...more }) as ResourcePolicyStatement;

describe('an explicit Deny in a bucket policy', () => {
  it('fences objects although the role and the session policy allow them', async () => {
    const acme = await asTenant('acme');
    const globex = await asTenant('globex');
    await put(deny({ Resource: `${BUCKET}/acme/*`, Condition: { StringNotLike: { 'aws:userid': '*:acme' } } }));
    const wide = clientOf(await assume(aws, { RoleSessionName: 'globex' }));
    expect([await read(acme, 'acme/a'), await read(globex, 'globex/a'), await read(wide, 'globex/a'), await read(wide, 'acme/a')]).toEqual([
      'allowed',
      'allowed',
      'allowed',
      'AccessDenied',
    ]);
    expect(await message(wide.send(new GetObjectCommand({ Bucket: 'pool', Key: 'acme/a' })))).toBe(
      'User: arn:aws:sts::000000000000:assumed-role/TenantAccess/globex is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::pool/acme/a" with an explicit deny in a resource-based policy',
    );
  });

  it('applies to every way to an object: a copy, a batch, a listing, a posted form', async () => {
    const wide = clientOf(await assume(aws));
    await put(
      deny({ Resource: `${BUCKET}/globex/*` }),
      deny({ Action: 's3:ListBucket', Resource: BUCKET, Condition: { StringLike: { 's3:prefix': 'globex/*' } } }),
    );
    const denied = { name: 'AccessDenied' };
    await expect(wide.send(new CopyObjectCommand({ Bucket: 'pool', Key: 'acme/c', CopySource: 'pool/globex/a' }))).rejects.toMatchObject(
      denied,
    );
    await expect(wide.send(new CopyObjectCommand({ Bucket: 'pool', Key: 'globex/c', CopySource: 'pool/acme/a' }))).rejects.toMatchObject(
      denied,
    );
    await expect(wide.send(new ListObjectsV2Command({ Bucket: 'pool', Prefix: 'globex/' }))).rejects.toMatchObject(denied);
    const Objects = [{ Key: 'globex/a' }];
    const { Errors } = await wide.send(new DeleteObjectsCommand({ Bucket: 'pool', Delete: { Objects } }));
    expect(Errors?.map(({ Key, Code }) => [Key, Code])).toEqual([['globex/a', 'AccessDenied']]);
    const { url, fields } = await createPresignedPost(wide, { Bucket: 'pool', Key: 'globex/form' });
    expect((await postForm(url, fields, 'x')).status).toBe(403);
    await put(deny({ Action: 's3:PutObject', Condition: { StringEquals: { 's3:authType': 'POST' } } }));
    const own = await createPresignedPost(wide, { Bucket: 'pool', Key: 'acme/form' });
    expect((await postForm(own.url, own.fields, 'x')).status).toBe(403);
    expect(await outcomeOf(wide.send(new PutObjectCommand({ Bucket: 'pool', Key: 'acme/form', Body: 'x' })))).toBe('allowed');
  });

  it.each<[string, object, 'allowed' | 'AccessDenied']>([
    ['the session', { Principal: { AWS: SESSION_ARN } }, 'AccessDenied'],
    ['the role', { Principal: { AWS: [ROLE_ARN] } }, 'AccessDenied'],
    ['the account', { Principal: { AWS: '000000000000' } }, 'AccessDenied'],
    ['the root of the account', { Principal: { AWS: 'arn:aws:iam::000000000000:root' } }, 'AccessDenied'],
    ['everybody', { Principal: { AWS: '*' } }, 'AccessDenied'],
    ['another session', { Principal: { AWS: `${SESSION_ARN}-2` } }, 'allowed'],
    ['another role', { Principal: { AWS: NARROW_ROLE } }, 'allowed'],
    ['another account', { Principal: { AWS: '111111111111' } }, 'allowed'],
    ['a service', { Principal: { Service: 'cloudfront.amazonaws.com' } }, 'allowed'],
    ['all but the role', { Principal: undefined, NotPrincipal: { AWS: ROLE_ARN } }, 'AccessDenied'],
    [
      'all but the session, its role and its account',
      { Principal: undefined, NotPrincipal: { AWS: [SESSION_ARN, ROLE_ARN, '000000000000'] } },
      'allowed',
    ],
    [
      'all but another session',
      { Principal: undefined, NotPrincipal: { AWS: [`${SESSION_ARN}-2`, ROLE_ARN, '000000000000'] } },
      'AccessDenied',
    ],
  ])('that names %s', async (_, more, expected) => {
    const acme = await asTenant('acme');
    await put(deny({ Action: 's3:GetObject', Resource: `${BUCKET}/acme/*`, ...more }));
    expect(await read(acme, 'acme/a')).toBe(expected);
  });
});

describe('a grant of a bucket policy in the account', () => {
  /** Reads of the own and of a foreign object with the session policy of acme, and of a foreign one by a role that may read one object only. */
  const reads = async () => {
    const acme = await asTenant('acme');
    const narrow = clientOf(await assume(aws, { RoleArn: NARROW_ROLE }));
    return [await read(acme, 'acme/a'), await read(acme, 'globex/a'), await read(narrow, 'globex/a')];
  };

  it('to the role is limited by the session policy', async () => {
    await put(allow({ AWS: [ROLE_ARN, NARROW_ROLE] }));
    expect(await reads()).toEqual(['allowed', 'AccessDenied', 'allowed']);
    const acme = await asTenant('acme');
    expect(await message(acme.send(new GetObjectCommand({ Bucket: 'pool', Key: 'globex/a' })))).toMatch(
      /because no session policy allows the s3:GetObject action$/,
    );
    const scoped = clientOf(await assume(aws, { RoleArn: NARROW_ROLE, Policy: folderPolicy('acme') }));
    expect([await read(scoped, 'acme/a'), await read(scoped, 'globex/a')]).toEqual(['allowed', 'AccessDenied']);
    expect(await message(scoped.send(new GetObjectCommand({ Bucket: 'pool', Key: 'globex/a' })))).toMatch(
      /because no session policy allows/,
    );
  });

  it('to the session is not limited by the session policy', async () => {
    await put(allow({ AWS: SESSION_ARN }));
    expect(await reads()).toEqual(['allowed', 'allowed', 'AccessDenied']);
    expect(await read(await asTenant('acme-2'), 'globex/a')).toBe('AccessDenied');
  });

  it('to everybody with the ARN of the role as a condition is not limited by the session policy', async () => {
    await put(allow('*', { Condition: { ArnEquals: { 'aws:PrincipalArn': ROLE_ARN } } }));
    expect(await reads()).toEqual(['allowed', 'allowed', 'AccessDenied']);
  });

  it('to the account gives no permission to its roles', async () => {
    await put(allow({ AWS: ['000000000000', 'arn:aws:iam::000000000000:root'] }));
    expect(await reads()).toEqual(['allowed', 'AccessDenied', 'AccessDenied']);
  });

  it('to others gives nothing', async () => {
    await put(allow({ AWS: [FOREIGN_ROLE, 'arn:aws:iam::000000000000:role/Tenant', '111111111111'], Service: 's3.amazonaws.com' }));
    expect(await reads()).toEqual(['allowed', 'AccessDenied', 'AccessDenied']);
  });

  it('is limited by an explicit Deny of the session policy: a fence', async () => {
    await put(allow({ AWS: SESSION_ARN }));
    const fence = JSON.parse(folderPolicy('acme')) as { Statement: object[] };
    fence.Statement.push({ Effect: 'Deny', Action: 's3:*', NotResource: [BUCKET, `${BUCKET}/acme/*`] });
    const acme = clientOf(await assume(aws, { Policy: JSON.stringify(fence) }));
    expect([await read(acme, 'acme/a'), await read(acme, 'globex/a')]).toEqual(['allowed', 'AccessDenied']);
    expect(await message(acme.send(new GetObjectCommand({ Bucket: 'pool', Key: 'globex/a' })))).toMatch(
      /with an explicit deny in a session policy$/,
    );
  });

  it('is limited by its own condition, action and resource', async () => {
    await put(
      allow({ AWS: SESSION_ARN }, { Resource: `${BUCKET}/globex/b*`, Condition: { StringEquals: { 's3:authType': 'REST-HEADER' } } }),
    );
    const acme = await asTenant('acme');
    expect(await read(acme, 'globex/a')).toBe('AccessDenied');
    expect(await outcomeOf(acme.send(new PutObjectCommand({ Bucket: 'pool', Key: 'globex/b', Body: 'x' })))).toBe('AccessDenied');
    await admin.send(new PutObjectCommand({ Bucket: 'pool', Key: 'globex/b', Body: 'x' }));
    expect(await read(acme, 'globex/b')).toBe('allowed');
  });

  it('does not exceed scoped credentials of the session', async () => {
    // The session may call STS again, and the bucket policy gives it all objects.
    const may = JSON.parse(folderPolicy('acme')) as { Statement: object[] };
    may.Statement.push({ Effect: 'Allow', Action: 'sts:GetScopedCredentials', Resource: '*' });
    const roles = {
      [ROLE_ARN]: { policy: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } },
    } as const;
    const scopedAws = await startLocalAws({
      roles,
      buckets: [{ Bucket: 'pool', Policy: { Version: '2012-10-17', Statement: allow({ AWS: SESSION_ARN }) } }],
    });
    const seed = new S3Client(clientConfig(scopedAws, scopedAws.admin));
    for (const Key of ['acme/a', 'globex/a']) await seed.send(new PutObjectCommand({ Bucket: 'pool', Key, Body: Key }));
    const first = await assume(scopedAws, { Policy: JSON.stringify(may) });
    const scoping = stsClient(scopedAws, first);
    const second = keysOf(await scoping.send(new GetScopedCredentialsCommand({ Policy: folderPolicy('acme') })));
    const of = (keysOfClient: typeof first) => new S3Client(clientConfig(scopedAws, keysOfClient));
    const [wide, scoped] = [of(first), of(second)];
    expect([await read(wide, 'globex/a'), await read(scoped, 'acme/a'), await read(scoped, 'globex/a')]).toEqual([
      'allowed',
      'allowed',
      'AccessDenied',
    ]);
    for (const client of [seed, wide, scoped]) client.destroy();
    scoping.destroy();
    await scopedAws.close();
  });
});

describe('a role of another account', () => {
  const partner = async (Policy?: string) =>
    clientOf(await assume(aws, { RoleArn: FOREIGN_ROLE, RoleSessionName: 'partner', ...(Policy && { Policy }) }));

  it('needs a grant of the bucket policy', async () => {
    const client = await partner();
    expect(await message(client.send(new GetObjectCommand({ Bucket: 'pool', Key: 'acme/a' })))).toMatch(
      /because no resource-based policy allows the s3:GetObject action$/,
    );
    for (const AWS of [
      FOREIGN_ROLE,
      '111111111111',
      'arn:aws:iam::111111111111:root',
      'arn:aws:sts::111111111111:assumed-role/Partner/partner',
    ]) {
      await put(allow({ AWS }, { Resource: `${BUCKET}/acme/*` }));
      expect([await read(client, 'acme/a'), await read(client, 'globex/a')], AWS).toEqual(['allowed', 'AccessDenied']);
    }
  });

  it('also needs a permission of its own policies for every principal of the bucket policy', async () => {
    await put(allow({ AWS: [FOREIGN_ROLE, 'arn:aws:sts::111111111111:assumed-role/Partner/partner', '111111111111'] }));
    const client = await partner(folderPolicy('acme'));
    expect([await read(client, 'acme/a'), await read(client, 'globex/a')]).toEqual(['allowed', 'AccessDenied']);
  });

  it('may not change or read the bucket policy, even with a grant', async () => {
    const Action = ['s3:PutBucketPolicy', 's3:GetBucketPolicy', 's3:DeleteBucketPolicy'];
    await put({ Effect: 'Allow', Principal: { AWS: FOREIGN_ROLE }, Action, Resource: BUCKET });
    const client = await partner();
    const refused = { name: 'MethodNotAllowed', $metadata: { httpStatusCode: 405 } };
    await expect(client.send(new GetBucketPolicyCommand({ Bucket: 'pool' }))).rejects.toMatchObject(refused);
    await expect(client.send(new DeleteBucketPolicyCommand({ Bucket: 'pool' }))).rejects.toMatchObject(refused);
    await expect(
      client.send(new PutBucketPolicyCommand({ Bucket: 'pool', Policy: document(allow({ AWS: FOREIGN_ROLE })) })),
    ).rejects.toMatchObject(refused);
  });
});

describe('the bucket policy', () => {
  it('is returned as it was put, and deleted', async () => {
    const Policy = document(allow({ AWS: ROLE_ARN }, { Sid: 'Allow reads, also of others' }));
    await admin.send(new PutBucketPolicyCommand({ Bucket: 'pool', Policy }));
    expect((await admin.send(new GetBucketPolicyCommand({ Bucket: 'pool' }))).Policy).toBe(Policy);
    await admin.send(new DeleteBucketPolicyCommand({ Bucket: 'pool' }));
    await expect(admin.send(new GetBucketPolicyCommand({ Bucket: 'pool' }))).rejects.toMatchObject({ name: 'NoSuchBucketPolicy' });
  });

  it('needs a permission for each operation, which a tenant does not have', async () => {
    const acme = await asTenant('acme');
    const denied = { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } };
    await put(deny({ Resource: `${BUCKET}/globex/*`, Principal: { AWS: SESSION_ARN } }));
    await expect(acme.send(new GetBucketPolicyCommand({ Bucket: 'pool' }))).rejects.toMatchObject(denied);
    await expect(acme.send(new DeleteBucketPolicyCommand({ Bucket: 'pool' }))).rejects.toMatchObject(denied);
    await expect(
      acme.send(new PutBucketPolicyCommand({ Bucket: 'pool', Policy: document(allow({ AWS: SESSION_ARN })) })),
    ).rejects.toMatchObject(denied);
    const s3 = new S3Harness();
    for (const [method, action] of [
      ['PUT', 's3:PutBucketPolicy'],
      ['GET', 's3:GetBucketPolicy'],
      ['DELETE', 's3:DeleteBucketPolicy'],
    ] as const) {
      const body = method === 'PUT' ? document(allow({ AWS: ROLE_ARN })) : '';
      const { iamRequests } = await s3.send(method, '/pool?policy=', { body });
      expect(iamRequests.map((each) => [each.action, each.resource])).toEqual([[action, BUCKET]]);
    }
  });

  it('belongs to its bucket: it grants nothing in another, and ends with the bucket', async () => {
    await put(allow({ AWS: SESSION_ARN }));
    const acme = await asTenant('acme');
    expect(await outcomeOf(acme.send(new GetObjectCommand({ Bucket: 'other', Key: 'a' })))).toBe('AccessDenied');
    const s3 = new S3Harness(['pool', 'pool2']);
    await s3.send('PUT', '/pool?policy=', { body: document(allow({ AWS: ROLE_ARN })) });
    expect(s3.service.resourcePolicy?.('arn:aws:s3:::pool/a/b')).toBeDefined();
    for (const resource of ['arn:aws:s3:::pool2', 'arn:aws:s3:::pool2/pool/a', 'arn:aws:s3:::poo', '*', 'arn:aws:s3:::']) {
      expect(s3.service.resourcePolicy?.(resource), resource).toBeUndefined();
    }
    await s3.send('DELETE', '/pool');
    expect(s3.service.resourcePolicy?.(BUCKET)).toBeUndefined();
  });

  it.each<[string, Partial<ResourcePolicyStatement>]>([
    ['no condition', {}],
    ['a pattern', { Condition: { StringLike: { 'aws:PrincipalArn': '*' } } }],
    ['a policy variable', { Condition: { StringEquals: { 'aws:PrincipalArn': '${aws:PrincipalArn}' } } }],
    ['a negated operator', { Condition: { StringNotEquals: { 'aws:PrincipalAccount': '111111111111' } } }],
    ['an operator that ignores an absent key', { Condition: { StringEqualsIfExists: { 'aws:PrincipalAccount': '000000000000' } } }],
    ['a key that limits nobody', { Condition: { StringEquals: { 'aws:UserAgent': 'me' } } }],
    ['a very wide range', { Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/1' } } }],
    ['a number in place of a text', { Condition: { StringEquals: { 'aws:UserAgent': 1 as unknown as string } } }],
  ])('may not be public: everybody with %s', async (_, more) => {
    for (const everybody of ['*', { AWS: '*' }, { AWS: [ROLE_ARN, '*'] }] as const) {
      await expect(put(allow(everybody, more))).rejects.toMatchObject({
        name: 'AccessDenied',
        message: expect.stringContaining(
          'because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.',
        ),
      });
    }
    await expect(admin.send(new GetBucketPolicyCommand({ Bucket: 'pool' }))).rejects.toMatchObject({ name: 'NoSuchBucketPolicy' });
  });

  it('may allow everybody of an account, or of a network', async () => {
    await put(
      allow('*', { Condition: { StringEquals: { 'aws:PrincipalAccount': '000000000000' } } }),
      allow('*', { Condition: { IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '2001:db8::/32'] } } }),
    );
  });

  const statement = allow({ AWS: ROLE_ARN });
  const without = (name: string) => Object.fromEntries(Object.entries(statement).filter(([member]) => member !== name));
  it.each<[string, string, string | Buffer]>([
    ['an empty body', "Policies must be valid JSON and the first byte must be '{'", ''],
    ['a list', "Policies must be valid JSON and the first byte must be '{'", `[${document(statement)}]`],
    ['a space before it', "Policies must be valid JSON and the first byte must be '{'", ` ${document(statement)}`],
    ['broken JSON', 'This policy contains invalid Json', document(statement).slice(0, -1)],
    ['a member twice', 'This policy contains invalid Json', document(statement).replace('{"Version"', '{"Statement":[],"Version"')],
    ['an effect twice', 'This policy contains invalid Json', document(statement).replace('"Effect"', '"Effect":"Deny","Effect"')],
    ['__proto__', 'This policy contains invalid Json', document(statement).replace('"Effect"', '"__proto__":{},"Effect"')],
    [
      'bytes that are not UTF-8',
      'This policy contains invalid Json',
      Buffer.from(document(statement).replace('acme', '\xff').replace('{', '{"Id":"\xff",'), 'latin1'),
    ],
    ['deep nesting', 'This policy contains invalid Json', `{"Statement":${'['.repeat(200)}${']'.repeat(200)}}`],
    ['no statement', 'Could not parse the policy: Statement is empty!', '{}'],
    ['an empty list of statements', 'Could not parse the policy: Statement is empty!', document()],
    ['a statement that is not an object', 'Could not parse the policy: Statement is not an object', document('x')],
    ['null as a statement', 'Could not parse the policy: Statement is not an object', document(null)],
    ['no principal', 'Missing required field Principal', document(without('Principal'))],
    ['a principal of another form', 'Invalid principal in policy', document({ ...statement, Principal: 'arn:aws:iam::000000000000:root' })],
    ['an empty principal', 'Invalid principal in policy', document({ ...statement, Principal: {} })],
    [
      'a pattern as principal',
      'Invalid principal in policy',
      document({ ...statement, Principal: { AWS: 'arn:aws:iam::000000000000:role/*' } }),
    ],
    ['a name as principal', 'Invalid principal in policy', document({ ...statement, Principal: { AWS: 'acme' } })],
    [
      'a principal of another partition',
      'Invalid principal in policy',
      document({ ...statement, Principal: { AWS: 'arn:aws-cn:iam::000000000000:root' } }),
    ],
    ['a number as principal', 'Invalid principal in policy', document({ ...statement, Principal: { AWS: 0 } })],
    ['a canonical user', 'Invalid principal in policy', document({ ...statement, Principal: { CanonicalUser: 'x' } })],
    ['a user of an identity provider', 'Invalid principal in policy', document({ ...statement, Principal: { Federated: 'x' } })],
    ['an inherited name as principal', 'Invalid principal in policy', document({ ...statement, Principal: { constructor: 'x' } })],
    ['both principals', 'Invalid principal in policy', document({ ...statement, NotPrincipal: { AWS: ROLE_ARN } })],
    ['an Allow with NotPrincipal', 'Invalid principal in policy', document({ ...without('Principal'), NotPrincipal: { AWS: ROLE_ARN } })],
    ['no action', 'Missing required field Action', document(without('Action'))],
    ['an empty list of actions', 'Missing required field Action', document({ ...statement, Action: [] })],
    ['the action of another service', 'Policy has invalid action', document({ ...statement, Action: 'sqs:SendMessage' })],
    ['no resource', 'Missing required field Resource', document(without('Resource'))],
    ['every resource', 'Policy has invalid resource', document({ ...statement, Resource: '*' })],
    ['another bucket', 'Policy has invalid resource', document({ ...statement, Resource: 'arn:aws:s3:::other/*' })],
    [
      'a bucket with this name as its beginning',
      'Policy has invalid resource',
      document({ ...statement, Resource: 'arn:aws:s3:::pool2/*' }),
    ],
    ['a pattern of buckets', 'Policy has invalid resource', document({ ...statement, Resource: 'arn:aws:s3:::poo*/*' })],
    ['all but another bucket', 'Policy has invalid resource', document({ ...without('Resource'), NotResource: 'arn:aws:s3:::other/*' })],
    [
      'an action on objects with a bucket',
      'Action does not apply to any resource(s) in statement',
      document({ ...statement, Resource: BUCKET }),
    ],
    [
      'an action on buckets with objects',
      'Action does not apply to any resource(s) in statement',
      document({ ...statement, Action: ['s3:GetObject', 's3:ListBucket'] }),
    ],
    ['no effect', 'Invalid policy syntax: ', document(without('Effect'))],
    ['an unknown member', 'Invalid policy syntax: ', document({ ...statement, Principals: '*' })],
    ['an unknown operator', 'Invalid policy syntax: ', document({ ...statement, Condition: { StringIs: { 'aws:userid': 'x' } } })],
    ['a condition that is not an object', 'Invalid policy syntax: ', document({ ...statement, Condition: [] })],
    ['an id that is not a text', 'Invalid policy syntax: ', document({ ...statement, Sid: 1 })],
    ['an unknown version', 'Invalid policy syntax: ', document(statement).replace('2012-10-17', '2026-01-01')],
    ['more than 20 KB', 'The policy is larger than 20480 bytes.', document(statement, { ...statement, Sid: 'x'.repeat(20_480) })],
  ])('is malformed with %s', async (_, expected, body) => {
    const s3 = new S3Harness();
    const response = await s3.send('PUT', '/pool?policy=', { body });
    expect(response).toMatchObject({ status: 400, code: 'MalformedPolicy', body: expect.stringContaining(expected) });
    expect(await s3.send('GET', '/pool?policy=')).toMatchObject({ code: 'NoSuchBucketPolicy' });
  });

  it('has at most 20 KB', async () => {
    const sized = (size: number) => {
      const body = document(statement);
      return body + ' '.repeat(size - body.length);
    };
    const s3 = new S3Harness();
    expect(await s3.send('PUT', '/pool?policy=', { body: sized(20_480) })).toMatchObject({ status: 204 });
    expect(await s3.send('PUT', '/pool?policy=', { body: sized(20_481) })).toMatchObject({ status: 400 });
  });
});

describe('the definition of a bucket at the start', () => {
  const startWith = (bucket: object) => startLocalAws({ buckets: ['pool', bucket as { Bucket: string }] });

  it('has a policy and CORS rules, which later changes to the object do not change', async () => {
    const CORS = [{ AllowedOrigins: ['https://app.example'], AllowedMethods: ['GET'] }];
    const Policy = { Version: '2012-10-17', Statement: deny({}) } as const;
    const started = await startLocalAws({ buckets: [{ Bucket: 'pool', Policy, CORS }, 'pool'] });
    CORS[0]?.AllowedOrigins.push('https://evil.example');
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'GET' };
    const ask = async (origin: string) =>
      (await fetch(`${started.url}/pool`, { method: 'OPTIONS', headers: { ...headers, origin } })).status;
    expect([await ask('https://app.example'), await ask('https://evil.example')]).toEqual([200, 403]);
    const client = new S3Client(clientConfig(started, started.admin));
    expect(await message(client.send(new ListObjectsV2Command({ Bucket: 'pool' })))).toMatch(
      /with an explicit deny in a resource-based policy$/,
    );
    client.destroy();
    await started.close();
  });

  it.each<[object, string]>([
    [{ Bucket: 'A' }, 'buckets: `A` is not a valid bucket name'],
    [{}, 'buckets: `undefined` is not a valid bucket name'],
    [{ Bucket: 'b-1', Policys: {} }, 'buckets: `Policys` of `b-1` is unknown; use Bucket, Versioning, Policy, CORS'],
    [{ Bucket: 'b-1', Policy: 'x' }, 'buckets: `Policy` of `b-1` must be an object with a `Statement`'],
    [{ Bucket: 'b-1', Policy: { Statement: allow('*') } }, 'buckets: `Policy` of `b-1` is invalid: Policy has invalid resource'],
    [
      { Bucket: 'b-1', Policy: { Statement: allow('*', { Resource: 'arn:aws:s3:::b-1/*' }) } },
      'buckets: `Policy` of `b-1` is public: it allows everybody, and S3 blocks public policies',
    ],
    [{ Bucket: 'b-1', CORS: {} }, 'buckets: `CORS` of `b-1` must be a list of rules, as in the input of PutBucketCors'],
    [
      { Bucket: 'b-1', CORS: [{ AllowedOrigins: ['*'] }] },
      'buckets: `CORS` of `b-1` must be a list of rules, as in the input of PutBucketCors',
    ],
    [
      { Bucket: 'b-1', CORS: [{ AllowedOrigins: ['*'], AllowedMethods: ['GET'], allowedHeaders: [] }] },
      'buckets: `CORS` of `b-1` must be a list of rules, as in the input of PutBucketCors',
    ],
    [
      { Bucket: 'b-1', CORS: [{ AllowedOrigins: ['*'], AllowedMethods: ['PATCH'] }] },
      'buckets: `CORS` of `b-1` is invalid: Found unsupported HTTP method in CORS config. Unsupported method is PATCH',
    ],
  ])('is refused as %j', async (bucket, expected) => {
    await expect(startWith(bucket)).rejects.toThrow(new TypeError(expected));
  });
});
