import { GetObjectCommand, GetObjectTaggingCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createPresignedPost, type PresignedPostOptions } from '@aws-sdk/s3-presigned-post';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { assume, clientConfig, type ClientKeys, folderPolicy, start } from '../start-aws.ts';
import { errorOf, type Fields, postForm, signedPolicy } from './post-form.ts';

let aws: LocalAws;
let now = Date.now();
let admin: S3Client;
let acme: S3Client;
let acmeKeys: Required<ClientKeys>;
beforeAll(async () => {
  aws = await start({ buckets: ['pool', 'other'], clock: () => now });
  admin = new S3Client(clientConfig(aws, aws.admin));
  acmeKeys = await assume(aws, { Policy: folderPolicy('acme') });
  acme = new S3Client(clientConfig(aws, acmeKeys));
});
beforeEach(() => {
  now = Date.now();
  aws.calls.length = 0;
});
afterAll(async () => {
  admin.destroy();
  acme.destroy();
  await aws.close();
});

type Options = Partial<PresignedPostOptions>;

const form = (options: Options = {}, client = acme) => createPresignedPost(client, { Bucket: 'pool', Key: 'acme/a', ...options });
const stored = async (Key: string) => (await admin.send(new GetObjectCommand({ Bucket: 'pool', Key }))).Body?.transformToString();
const head = (Key: string) => admin.send(new HeadObjectCommand({ Bucket: 'pool', Key }));
const isMissing = async (Key: string) => {
  await expect(head(Key)).rejects.toMatchObject({ name: 'NotFound' });
};

/** Signs a form with the SDK, changes its fields, and posts it. Returns the status, and the code and the message of an error. */
async function post(options: Options = {}, change: (fields: Fields) => Fields = (fields) => fields, file: Blob | string = 'hello') {
  const { url, fields } = await form(options);
  return errorOf(await postForm(url, change(fields), file));
}

/** Signs these conditions and posts these fields. The fields of the signature have their conditions. */
async function postConditions(conditions: readonly unknown[], fields: Fields, file: Blob | string = 'hello') {
  const signed = signedPolicy(acmeKeys, { conditions: [{ bucket: 'pool' }, ...conditions], now });
  return errorOf(await postForm(`${aws.url}/pool`, { ...fields, ...signed }, file));
}

describe('a form that the SDK signs', () => {
  it('uploads its file to a key of the tenant, and is recorded without a token', async () => {
    const { url, fields } = await form({ Fields: { 'Content-Type': 'text/plain', 'x-amz-meta-Color': 'blue' } });
    const response = await postForm(url, fields, 'hello');
    expect(response.status).toBe(204);
    expect(response.headers.get('location')).toBe(`${aws.url}/pool/acme%2Fa`);
    expect(await stored('acme/a')).toBe('hello');
    expect(await head('acme/a')).toMatchObject({
      ContentType: 'text/plain',
      Metadata: { color: 'blue' },
      ETag: response.headers.get('etag'),
    });
    const [call] = aws.calls;
    expect(call).toMatchObject({
      operation: 'PostObject',
      decision: 'allowed',
      tenantSession: 'acme',
      resource: 'arn:aws:s3:::pool/acme/a',
      accessKeyId: acmeKeys.accessKeyId,
    });
    expect(JSON.stringify(aws.calls)).not.toContain(acmeKeys.sessionToken);
  });

  it.each(['globex/a', 'acme-2/a', 'acme', 'Acme/a', '/acme/a', 'globex/../acme/a'])(
    'is denied the key %j, which the tenant may not write',
    async (Key) => {
      expect(await post({ Key })).toEqual({ status: 403, code: 'AccessDenied', message: expect.stringContaining('s3:PutObject') });
      expect(aws.calls.map(({ operation, decision, resource }) => [operation, decision, resource])).toEqual([
        ['PostObject', 'denied', `arn:aws:s3:::pool/${Key}`],
      ]);
      await isMissing(Key);
    },
  );

  it('is denied a key that the form adds to a prefix which the tenant may not write', async () => {
    const options = { Key: '${filename}', Conditions: [['starts-with', '$key', '']] } satisfies Options;
    expect(await post(options, (fields) => ({ ...fields, key: 'globex/b' }))).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(await post(options, (fields) => ({ ...fields, key: 'acme/b' }))).toMatchObject({ status: 204 });
    await isMissing('globex/b');
  });

  it.each([
    ['photo.png', 'acme/photo.png'],
    ['../../globex/photo.png', 'acme/photo.png'],
    ['C:\\globex\\photo.png', 'acme/photo.png'],
    ['$&$1${filename}', 'acme/$&$1${filename}'],
    ['..', 'acme/..'],
    ['übermäßig.png', 'acme/übermäßig.png'],
    ['.​png', 'acme/.​png'],
  ])('replaces the variable by the last part of the file name %j', async (name, key) => {
    expect(await post({ Key: 'acme/${filename}' }, undefined, new File(['named'], name))).toMatchObject({ status: 204 });
    expect(await stored(key)).toBe('named');
  });

  it('has the condition key s3:authType of a form', async () => {
    const policy = (type: string) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Action: 's3:PutObject', Resource: '*', Condition: { StringEquals: { 's3:authType': type } } },
      });
    const upload = async (type: string) => {
      const client = new S3Client(clientConfig(aws, await assume(aws, { Policy: policy(type) })));
      const { url, fields } = await form({}, client);
      client.destroy();
      return (await postForm(url, fields, 'hello')).status;
    };
    expect([await upload('POST'), await upload('REST-HEADER'), await upload('REST-QUERY-STRING')]).toEqual([204, 403, 403]);
  });
});

describe('the policy of a form', () => {
  const failed = (condition: string) => ({
    status: 403,
    code: 'AccessDenied',
    message: `Invalid according to Policy: Policy Condition failed: ${condition}`,
  });

  it('refuses a key outside its prefix, although the tenant may write it', async () => {
    const options = { Key: 'acme/up/${filename}' };
    expect(await post(options, (fields) => ({ ...fields, key: 'acme/other' }))).toEqual(failed('["starts-with", "$key", "acme/up/"]'));
    expect(await post({}, (fields) => ({ ...fields, key: 'acme/other' }))).toEqual(failed('["eq", "$key", "acme/a"]'));
    await isMissing('acme/other');
  });

  it('refuses another bucket', async () => {
    const { fields } = await form();
    expect(await errorOf(await postForm(`${aws.url}/other`, fields, 'hello'))).toEqual(failed('["eq", "$bucket", "pool"]'));
  });

  it.each([
    'x-amz-meta-tenant',
    'Content-Type',
    'acl',
    'success_action_redirect',
    'tagging',
    '__proto__',
    'constructor',
    'submit',
    'x-ignore',
  ])('refuses the field %s, which no condition covers', async (name) => {
    expect(await post({}, (fields) => ({ ...fields, [name]: 'private' }))).toEqual({
      status: 403,
      code: 'AccessDenied',
      message: `Invalid according to Policy: Extra input fields: ${name.toLowerCase()}`,
    });
  });

  it('refuses a bucket without a condition', async () => {
    const signed = signedPolicy(acmeKeys, { conditions: [{ key: 'acme/x' }], now });
    expect(await errorOf(await postForm(`${aws.url}/pool`, { key: 'acme/x', ...signed }, 'x'))).toMatchObject({
      status: 403,
      message: 'Invalid according to Policy: Extra input fields: bucket',
    });
  });

  it('ignores fields with the prefix x-ignore-, and fields after the file', async () => {
    expect(await post({}, (fields) => ({ ...fields, 'x-ignore-this': 'x' }))).toMatchObject({ status: 204 });
    const { url, fields } = await form();
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    body.append('file', 'hello');
    body.append('key', 'globex/after');
    body.append('submit', 'Upload');
    expect((await fetch(url, { method: 'POST', body })).status).toBe(204);
    await isMissing('globex/after');
  });

  it('limits the size of the file, both limits included', async () => {
    const options = { Conditions: [['content-length-range', 2, 4]] } satisfies Options;
    const sizes = [1, 2, 4, 5].map(async (size) => (await post(options, undefined, 'x'.repeat(size))).code);
    expect(await Promise.all(sizes)).toEqual(['EntityTooSmall', '', '', 'EntityTooLarge']);
    const text = { Conditions: [['content-length-range', '2', '4']] } as unknown as Options;
    expect([(await post(text)).code, (await post(text, undefined, 'xx')).code]).toEqual(['EntityTooLarge', '']);
  });

  it.each([
    ['image/png', 204],
    ['image/png,image/gif', 204],
    ['image/png,text/html', 403],
    ['text/html', 403],
    ['Image/png', 403],
    ['', 403],
  ])('compares each type of the list %j with a prefix', async (type, status) => {
    const conditions = [{ key: 'acme/t' }, ['starts-with', '$Content-Type', 'image/']];
    expect(await postConditions(conditions, { key: 'acme/t', 'content-type': type })).toMatchObject({ status });
  });

  it('compares names without their case, and values with it', async () => {
    const conditions = [['StArTs-WiTh', '$KeY', 'acme/'], { 'X-AMZ-META-A': 'Blue' }];
    expect(await postConditions(conditions, { kEy: 'acme/c', 'x-amz-Meta-a': 'Blue' })).toMatchObject({ status: 204 });
    expect(await postConditions(conditions, { key: 'acme/c', 'x-amz-meta-a': 'blue' })).toMatchObject({ status: 403 });
  });

  it.each<[unknown]>([
    [['eq', 'key', 'acme/x']],
    [['starts-with', '$x-amz-meta-absent', '']],
    [['eq', '$x-amz-meta-absent', '']],
    [['starts-with', '$success_action_status', '2']],
    [['starts-with', '$x-amz-server-side-encryption', '']],
    [['starts-with', '$x-amz-credential', '']],
    [['starts-with', '$bucket', '']],
    [['content-length-range', 'test', '10']],
    [['content-length-range', '-1', '10']],
    [['content-length-range', '0x1', '1e3']],
    [{ __proto__x: '' }],
    [{ constructor: '' }],
  ])('fails at the condition %j', async (condition) => {
    const fields = { key: 'acme/x', success_action_status: '200', 'x-amz-server-side-encryption': 'AES256' };
    const covered = [{ key: 'acme/x' }, { success_action_status: '200' }, { 'x-amz-server-side-encryption': 'AES256' }];
    expect(await postConditions(covered, fields)).toMatchObject({ status: 200 });
    expect(await postConditions([...covered, condition], fields)).toMatchObject({
      status: 403,
      message: expect.stringContaining('Policy Condition failed: ['),
    });
  });

  it.each<[unknown, string]>([
    [{}, 'Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.'],
    [{ key: 'acme/x', acl: 'private' }, 'Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.'],
    [{ key: 1 }, 'Invalid Simple-Condition: value must be a string.'],
    [{ key: null }, 'Invalid Simple-Condition: value must be a string.'],
    [[], 'Invalid Condition: missing operation identifier.'],
    [['in', '$key', ['acme/x']], "Invalid Condition: unknown operation 'in'."],
    [['constructor', '$key', 'x'], "Invalid Condition: unknown operation 'constructor'."],
    [['eq', '$key'], 'Invalid eq: wrong number of arguments.'],
    [['eq', '$key', 'acme/x', 'x'], 'Invalid eq: wrong number of arguments.'],
    [['eq', '$key', ['acme/x']], 'Invalid JSON.'],
    [['eq', ['$key'], 'acme/x'], 'Invalid JSON.'],
    [[['eq'], '$key', 'acme/x'], 'Invalid JSON.'],
    [['content-length-range', 0], 'Invalid content-length-range: wrong number of arguments.'],
    [['content-length-range', -1, 10], 'Invalid JSON.'],
    [['content-length-range', 0, 1.5], 'Invalid JSON.'],
    ['key', 'Invalid condition test: must be a List or Object.'],
    [null, 'Invalid condition test: must be a List or Object.'],
    [7, 'Invalid condition test: must be a List or Object.'],
  ])('is refused with the condition %j', async (condition, fault) => {
    expect(await postConditions([{ key: 'acme/x' }, condition], { key: 'acme/x' })).toEqual({
      status: 400,
      code: 'InvalidPolicyDocument',
      message: `Invalid Policy: ${fault}`,
    });
  });

  it.each<[string, string]>([
    ['{', 'Invalid JSON.'],
    ['[]', 'Invalid JSON.'],
    ['null', 'Invalid JSON.'],
    ['"x"', 'Invalid JSON.'],
    ['{"expiration":"2099-01-01T00:00:00Z","expiration":"2099-01-01T00:00:00Z","conditions":[]}', 'Invalid JSON.'],
    ['{"expiration":"2099-01-01T00:00:00Z","conditions":[{"key":"a","key":"acme/x"}]}', 'Invalid JSON.'],
    [`{"expiration":"2099-01-01T00:00:00Z","conditions":${'['.repeat(200)}${']'.repeat(200)}}`, 'Invalid JSON.'],
    ['{"conditions":[]}', 'Policy missing expiration.'],
    ['{"EXPIRATION":"2099-01-01T00:00:00Z","conditions":[]}', "Unexpected: 'expiration'"],
    ['{"expiration":"2099-01-01T00:00:00Z"}', 'Policy missing conditions.'],
    ['{"expiration":"2099-01-01T00:00:00Z","conditions":{}}', "Invalid 'conditions' value: must be a List."],
    ['{"expiration":"2099-01-01T00:00:00Z","conditions":[],"Statement":[]}', "Unexpected: 'statement'"],
    ['{"expiration":"2099-02-31T00:00:00Z","conditions":[]}', "Invalid 'expiration' value: '2099-02-31T00:00:00Z'"],
    ['{"expiration":"2099-01-01T00:00:00+02:00","conditions":[]}', "Invalid 'expiration' value: '2099-01-01T00:00:00+02:00'"],
    ['{"expiration":"never","conditions":[]}', "Invalid 'expiration' value: 'never'"],
    ['{"expiration":4070908800,"conditions":[]}', "Invalid 'expiration' value: ''"],
    ['{"expiration":"9999999999999","conditions":[]}', "Invalid 'expiration' value: '9999999999999'"],
  ])('is refused as the document %s', async (json, fault) => {
    const signed = signedPolicy(acmeKeys, { json, now });
    expect(await errorOf(await postForm(`${aws.url}/pool`, { key: 'acme/x', ...signed }, 'x'))).toEqual({
      status: 400,
      code: 'InvalidPolicyDocument',
      message: `Invalid Policy: ${fault}`,
    });
  });

  it('shows no session token in an error', async () => {
    const { url, fields } = await form();
    const response = await postForm(url, { ...fields, key: 'acme/other' }, 'x');
    expect(await response.text()).not.toContain(acmeKeys.sessionToken);
    const foreign = await errorOf(
      await postForm(
        `${aws.url}/pool`,
        { key: 'acme/x', ...signedPolicy(acmeKeys, { conditions: [{ 'x-amz-security-token': 'secret' }], now }) },
        'x',
      ),
    );
    expect(foreign.message).toBe('Invalid according to Policy: Policy Condition failed: ["eq", "$x-amz-security-token", "***"]');
  });
});

describe('the signature of a form', () => {
  const signature = { status: 403, code: 'SignatureDoesNotMatch' };

  it('covers the policy: a changed policy is refused', async () => {
    const changed = (fields: Fields): Fields => {
      const policy = Buffer.from(fields['Policy'] ?? '', 'base64').toString();
      return { ...fields, key: 'globex/a', Policy: Buffer.from(policy.replace('acme/a', 'globex/a')).toString('base64') };
    };
    expect(await post({}, changed)).toMatchObject(signature);
    expect(await post({}, (fields) => ({ ...fields, Policy: '' }))).toMatchObject(signature);
    expect(await post({}, (fields) => ({ ...fields, Policy: `${fields['Policy']}\n` }))).toMatchObject(signature);
    await isMissing('globex/a');
  });

  it('covers bytes: characters whose low byte is that of base64 are refused', async () => {
    const wide = (fields: Fields): Fields => {
      const text = fields['Policy'] ?? '';
      return { ...fields, Policy: text.slice(0, 9) + String.fromCharCode(text.charCodeAt(9) + 0x100) + text.slice(10) };
    };
    expect(await post({}, wide)).toMatchObject(signature);
  });

  it.each([
    ['X-Amz-Signature', '00', signature],
    ['X-Amz-Signature', '', signature],
    ['X-Amz-Security-Token', 'x', { status: 400, code: 'InvalidToken' }],
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA1', { status: 400, code: 'InvalidRequest' }],
    ['X-Amz-Date', '20261130T999999Z', { status: 400, code: 'AuthorizationHeaderMalformed' }],
    ['X-Amz-Date', '20000101T000000Z', { status: 400, code: 'AuthorizationHeaderMalformed' }],
    ['X-Amz-Credential', '', { status: 400, code: 'AuthorizationHeaderMalformed' }],
    ['X-Amz-Credential', 'AKIAEXAMPLE', { status: 400, code: 'AuthorizationHeaderMalformed' }],
  ])('is refused with %s %j', async (name, value, expected) => {
    expect(await post({}, (fields) => ({ ...fields, [name]: value }))).toMatchObject(expected);
  });

  it.each([
    ['an unknown key', (scope: string) => scope.replace(/^[^/]+/, 'AKIAEXAMPLE'), { status: 403, code: 'InvalidAccessKeyId' }],
    [
      'the key of another user',
      (scope: string) => scope.replace(/^[^/]+/, aws.admin.accessKeyId),
      { status: 403, code: 'SignatureDoesNotMatch' },
    ],
    ['another region', (scope: string) => scope.replace('us-east-1', 'eu-west-1'), { status: 400, code: 'AuthorizationHeaderMalformed' }],
    ['another service', (scope: string) => scope.replace('/s3/', '/sqs/'), { status: 400, code: 'AuthorizationHeaderMalformed' }],
    [
      'another service that has unsigned requests',
      (scope: string) => scope.replace('/s3/', '/sts/'),
      { status: 400, code: 'AuthorizationHeaderMalformed' },
    ],
  ])('is refused with the credential of %s', async (_, change, expected) => {
    expect(await post({}, (fields) => ({ ...fields, 'X-Amz-Credential': change(fields['X-Amz-Credential'] ?? '') }))).toMatchObject(
      expected,
    );
  });

  it.each(['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Signature', 'Policy', 'key'])('needs the field %s', async (name) => {
    const without = (fields: Fields) => Object.fromEntries(Object.entries(fields).filter(([field]) => field !== name));
    expect(await post({}, without)).toEqual({
      status: 400,
      code: 'InvalidArgument',
      message: `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`,
    });
  });

  it('needs the session token', async () => {
    const without = (fields: Fields) => Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'X-Amz-Security-Token'));
    expect(await post({}, without)).toMatchObject({ status: 400, code: 'InvalidToken' });
  });

  it('denies a form without a signature, and points SigV2 forms to SigV4', async () => {
    for (const fields of [{}, { key: 'acme/a' }, { key: 'acme/a', Policy: 'e30=' }, { key: 'acme/a', acl: 'public-read' }]) {
      expect(await errorOf(await postForm(`${aws.url}/pool`, fields, 'x'))).toEqual({
        status: 403,
        code: 'AccessDenied',
        message: 'Access Denied',
      });
    }
    const sigv2 = { key: 'acme/a', AWSAccessKeyId: acmeKeys.accessKeyId, policy: 'e30=', signature: 'x' };
    expect(await errorOf(await postForm(`${aws.url}/pool`, sigv2, 'x'))).toMatchObject({
      code: 'InvalidRequest',
      message: expect.stringContaining('AWS4-HMAC-SHA256'),
    });
  });

  it('ends with the policy, and with the session', async () => {
    const short = await form({ Expires: 60 });
    const long = await form({ Expires: 86_400 });
    now += 61_000;
    expect(await errorOf(await postForm(short.url, short.fields, 'x'))).toEqual({
      status: 403,
      code: 'AccessDenied',
      message: 'Invalid according to Policy: Policy expired.',
    });
    expect(await errorOf(await postForm(long.url, long.fields, 'x'))).toMatchObject({ status: 204 });
    now += 3_600_000;
    expect(await errorOf(await postForm(long.url, long.fields, 'x'))).toMatchObject({ status: 400, code: 'ExpiredToken' });
  });

  it('ends after seven days, and does not begin in the future', async () => {
    const keys = { accessKeyId: aws.admin.accessKeyId, secretAccessKey: aws.admin.secretAccessKey };
    const conditions = [{ bucket: 'pool' }, { key: 'acme/x' }];
    const at = (offsetMs: number) => signedPolicy(keys, { conditions, now: now + offsetMs, expiration: '2099-01-01T00:00:00Z' });
    const week = 7 * 86_400_000;
    const posted = async (offsetMs: number) => (await postForm(`${aws.url}/pool`, { key: 'acme/x', ...at(offsetMs) }, 'x')).status;
    expect([await posted(-week - 1000), await posted(60_000 - week), await posted(16 * 60_000)]).toEqual([403, 204, 403]);
  });

  it.each(['x-amz-acl', 'x-amz-meta-tenant', 'x-amz-copy-source', 'x-amz-server-side-encryption'])(
    'does not cover the header %s, so that it is refused',
    async (name) => {
      const { url, fields } = await form();
      expect(await errorOf(await postForm(url, fields, 'x', { [name]: 'private' }))).toMatchObject({ status: 403, code: 'AccessDenied' });
    },
  );
});

describe('the request with a form', () => {
  it.each(['?delete', '?x-amz-acl=private', '?uploads', '?tagging', '/acme/a', '?policy'])('is not %s', async (suffix) => {
    const { fields } = await form();
    expect(await errorOf(await postForm(`${aws.url}/pool${suffix}`, fields, '<Delete/>'))).toMatchObject({
      status: 501,
      code: 'NotImplemented',
    });
  });

  it.each([
    ['x-amz-tagging', 'a=b'],
    ['x-amz-grant-read', 'id=1'],
    ['x-amz-storage-class', 'GLACIER'],
    ['x-amz-server-side-encryption', 'aws:kms'],
    ['redirect', 'https://app.example'],
    ['x-amz-copy-source', 'pool/globex/x'],
    ['if-none-match', '*'],
  ])('is refused by name for the field %s', async (name, value) => {
    expect(await postConditions([{ key: 'acme/x' }, { [name]: value }], { key: 'acme/x', [name]: value })).toMatchObject({
      status: 501,
      code: 'NotImplemented',
      message: expect.stringContaining(`\`${name}`),
    });
  });

  it('encrypts, has an ACL, and verifies a checksum', async () => {
    const fields = { acl: 'private', 'x-amz-server-side-encryption': 'AES256', 'x-amz-checksum-crc32': 'NhCmhg==' };
    expect(await post({ Fields: fields })).toMatchObject({ status: 204 });
    expect(await post({ Fields: fields }, undefined, 'other')).toMatchObject({ status: 400, code: 'BadDigest' });
    expect(await stored('acme/a')).toBe('hello');
  });

  it('has the ACL, the storage class and the tags of its fields, which need their own permissions', async () => {
    const tags = '<Tagging><TagSet><Tag><Key>a b</Key><Value>=+</Value></Tag></TagSet></Tagging>';
    const fields = { acl: 'bucket-owner-full-control', 'x-amz-storage-class': 'STANDARD_IA', tagging: tags };
    expect(await post({ Fields: fields })).toMatchObject({ status: 403, message: expect.stringContaining('s3:PutObjectAcl') });
    expect(await post({ Fields: { tagging: tags } })).toMatchObject({
      status: 403,
      message: expect.stringContaining('s3:PutObjectTagging'),
    });
    const asAdmin = await createPresignedPost(admin, { Bucket: 'pool', Key: 'acme/options', Fields: fields });
    expect((await postForm(asAdmin.url, asAdmin.fields, 'hello')).status).toBe(204);
    expect(await head('acme/options')).toMatchObject({ StorageClass: 'STANDARD_IA', TagCount: 1 });
    const { TagSet } = await admin.send(new GetObjectTaggingCommand({ Bucket: 'pool', Key: 'acme/options' }));
    expect(TagSet).toEqual([{ Key: 'a b', Value: '=+' }]);
  });

  it.each([
    ['acl', 'public', 'InvalidArgument'],
    ['acl', 'public-read', 'AccessControlListNotSupported'],
    ['x-amz-storage-class', 'FAKE', 'InvalidStorageClass'],
    ['x-amz-website-redirect-location', 'javascript:x', 'InvalidRedirectLocation'],
    ['tagging', 'not xml', 'MalformedXML'],
    ['tagging', '<Tagging><TagSet><Tag><Key>aws:a</Key><Value/></Tag></TagSet></Tagging>', 'InvalidTag'],
  ])('is refused with %s %j', async (name, value, code) => {
    const { url, fields } = await createPresignedPost(admin, { Bucket: 'pool', Key: 'acme/options', Fields: { [name]: value } });
    expect(await errorOf(await postForm(url, fields, 'x'))).toMatchObject({ status: 400, code });
  });

  it('responds with the requested status', async () => {
    const respond = async (status: string) => {
      const { url, fields } = await form({ Fields: { success_action_status: status } });
      const response = await postForm(url, fields, 'hello');
      return [response.status, await response.text()];
    };
    expect(await respond('200')).toEqual([200, '']);
    expect(await respond('404')).toEqual([204, '']);
    const [status, body] = await respond('201');
    expect(status).toBe(201);
    expect(body).toContain(
      `<PostResponse><Location>${aws.url}/pool/acme%2Fa</Location><Bucket>pool</Bucket><Key>acme/a</Key><ETag>&quot;5d41402abc4b2a76b9719d911017c592&quot;</ETag></PostResponse>`,
    );
  });

  it.each([
    ['https://app.example/done', 'https://app.example/done?bucket=pool&key=acme%2Fa&etag=%225d41402abc4b2a76b9719d911017c592%22'],
    ['http://app.example/?a=b#c', 'http://app.example/?a=b&bucket=pool&key=acme%2Fa&etag=%225d41402abc4b2a76b9719d911017c592%22#c'],
    ['/relative', null],
    ['javascript:alert(1)', null],
    ['data:text/html,x', null],
    ['//app.example', null],
    ['https://', null],
  ])('redirects to %s only if it is a URL of HTTP', async (redirect, location) => {
    const { url, fields } = await form({ Fields: { success_action_redirect: redirect } });
    const response = await postForm(url, fields, 'hello');
    expect([response.status, response.status === 303 ? response.headers.get('location') : null]).toEqual([location ? 303 : 204, location]);
  });
});
