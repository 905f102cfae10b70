import {
  type CORSRule,
  DeleteBucketCorsCommand,
  GetBucketCorsCommand,
  GetObjectCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { assume, clientConfig, folderPolicy, start } from '../start-aws.ts';
import { errorOf, postForm } from './post-form.ts';
import { S3Harness } from './s3-harness.ts';

let aws: LocalAws;
let admin: S3Client;
let acme: S3Client;
beforeAll(async () => {
  aws = await start({ buckets: ['pool', 'other'] });
  admin = new S3Client({ ...clientConfig(aws, aws.admin), requestChecksumCalculation: 'WHEN_REQUIRED' });
  acme = new S3Client({
    ...clientConfig(aws, await assume(aws, { Policy: folderPolicy('acme') })),
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  await admin.send(new PutObjectCommand({ Bucket: 'pool', Key: 'acme/a', Body: 'mine' }));
  await admin.send(new PutObjectCommand({ Bucket: 'pool', Key: 'globex/a', Body: 'theirs' }));
});
beforeEach(async () => {
  await admin.send(new DeleteBucketCorsCommand({ Bucket: 'pool' }));
  aws.calls.length = 0;
});
afterAll(async () => {
  admin.destroy();
  acme.destroy();
  await aws.close();
});

const APP = 'https://app.example';
const RULE = {
  AllowedOrigins: [APP],
  AllowedMethods: ['GET', 'PUT'],
  AllowedHeaders: ['content-*', 'x-amz-date'],
  ExposeHeaders: ['ETag', 'x-amz-request-id'],
  MaxAgeSeconds: 600,
} satisfies CORSRule;
const ALLOWED = {
  'access-control-allow-origin': APP,
  'access-control-allow-methods': 'GET, PUT',
  'access-control-expose-headers': 'ETag, x-amz-request-id',
  'access-control-max-age': '600',
  'access-control-allow-credentials': 'true',
  vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
};
const NOT_ALLOWED = expect.stringMatching(/^CORSResponse: This CORS request is not allowed\./);

const configure = (...CORSRules: CORSRule[]) => admin.send(new PutBucketCorsCommand({ Bucket: 'pool', CORSConfiguration: { CORSRules } }));
const corsOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-') || name === 'vary'));
const preflight = (path: string, headers: Record<string, string>) => fetch(aws.url + path, { method: 'OPTIONS', headers });
const ask = (method: string, more: Record<string, string> = {}) =>
  preflight('/pool/acme/a', { origin: APP, 'access-control-request-method': method, ...more });

describe('the CORS configuration of a bucket', () => {
  it('is stored, returned and deleted', async () => {
    await configure({ ID: 'first <&>', ...RULE }, { AllowedOrigins: ['*'], AllowedMethods: ['GET'] });
    const { CORSRules } = await admin.send(new GetBucketCorsCommand({ Bucket: 'pool' }));
    expect(CORSRules).toEqual([
      { ID: 'first <&>', ...RULE },
      { AllowedOrigins: ['*'], AllowedMethods: ['GET'] },
    ]);
    await admin.send(new DeleteBucketCorsCommand({ Bucket: 'pool' }));
    await expect(admin.send(new GetBucketCorsCommand({ Bucket: 'pool' }))).rejects.toMatchObject({ name: 'NoSuchCORSConfiguration' });
  });

  it('needs s3:PutBucketCORS and s3:GetBucketCORS on the bucket, which a tenant does not have', async () => {
    const denied = { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } };
    await configure(RULE);
    await expect(acme.send(new GetBucketCorsCommand({ Bucket: 'pool' }))).rejects.toMatchObject(denied);
    await expect(acme.send(new DeleteBucketCorsCommand({ Bucket: 'pool' }))).rejects.toMatchObject(denied);
    const CORSConfiguration = { CORSRules: [{ ...RULE, AllowedOrigins: ['*'] }] };
    await expect(acme.send(new PutBucketCorsCommand({ Bucket: 'pool', CORSConfiguration }))).rejects.toMatchObject(denied);
    expect((await admin.send(new GetBucketCorsCommand({ Bucket: 'pool' }))).CORSRules).toEqual([RULE]);
    const s3 = new S3Harness();
    const actions = async (method: string) =>
      (await s3.send(method, '/pool?cors=')).iamRequests.map(({ action, resource }) => [action, resource]);
    expect(await actions('GET')).toEqual([['s3:GetBucketCORS', 'arn:aws:s3:::pool']]);
    expect(await actions('DELETE')).toEqual([['s3:PutBucketCORS', 'arn:aws:s3:::pool']]);
  });

  it.each<[string, CORSRule[]]>([
    ['a wildcard twice in an origin', [{ ...RULE, AllowedOrigins: ['https://*.*'] }]],
    ['a wildcard twice in a header', [{ ...RULE, AllowedHeaders: ['**'] }]],
    ['a wildcard in an exposed header', [{ ...RULE, ExposeHeaders: ['x-*'] }]],
    ['a line break in an exposed header', [{ ...RULE, ExposeHeaders: ['x\r\nset-cookie: a=b'] }]],
    ['the method OPTIONS', [{ ...RULE, AllowedMethods: ['OPTIONS'] }]],
    ['a method in lower case', [{ ...RULE, AllowedMethods: ['get'] }]],
    ['a method with an inherited name', [{ ...RULE, AllowedMethods: ['constructor'] }]],
  ])('is refused with %s', async (_, rules) => {
    await expect(configure(...rules)).rejects.toMatchObject({ name: 'InvalidRequest', $metadata: { httpStatusCode: 400 } });
  });

  const rule = (content: string) => `<CORSConfiguration><CORSRule>${content}</CORSRule></CORSConfiguration>`;
  const minimal = '<AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>';
  it.each([
    ['no rule', '<CORSConfiguration/>'],
    ['101 rules', `<CORSConfiguration>${`<CORSRule>${minimal}</CORSRule>`.repeat(101)}</CORSConfiguration>`],
    ['no origin', rule('<AllowedMethod>GET</AllowedMethod>')],
    ['no method', rule('<AllowedOrigin>*</AllowedOrigin>')],
    ['an unknown element', rule(`${minimal}<AllowedHeaders>*</AllowedHeaders>`)],
    ['text in a rule', rule(`${minimal}text`)],
    ['two ids', rule(`${minimal}<ID>a</ID><ID>b</ID>`)],
    ['an id of 256 characters', rule(`${minimal}<ID>${'x'.repeat(256)}</ID>`)],
    ['a negative age', rule(`${minimal}<MaxAgeSeconds>-1</MaxAgeSeconds>`)],
    ['an age that is not a number', rule(`${minimal}<MaxAgeSeconds>1e3</MaxAgeSeconds>`)],
    ['an element in a value', rule('<AllowedOrigin><b/></AllowedOrigin><AllowedMethod>GET</AllowedMethod>')],
    ['a document type', `<!DOCTYPE x>${rule(minimal)}`],
    ['another root', `<CORSRule>${minimal}</CORSRule>`],
    ['an empty body', ''],
  ])('is refused as malformed with %s', async (_, body) => {
    expect(await new S3Harness().send('PUT', '/pool?cors=', { body })).toMatchObject({ status: 400, code: 'MalformedXML' });
  });

  it('needs a digest, and has at most 64 KB', async () => {
    const s3 = new S3Harness();
    expect(await s3.send('PUT', '/pool?cors=', { body: rule(minimal) })).toMatchObject({ code: 'InvalidRequest' });
    expect(await s3.send('PUT', '/pool?cors=', { body: rule(minimal + ' '.repeat(65_536)) })).toMatchObject({
      code: 'MaxMessageLengthExceeded',
    });
  });
});

describe('a preflight request', () => {
  it('is allowed without a signature, for an origin, a method and headers that a rule has', async () => {
    await configure(RULE);
    const response = await ask('PUT', { 'access-control-request-headers': 'Content-Type, x-amz-date' });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(corsOf(response)).toEqual({ ...ALLOWED, 'access-control-allow-headers': 'content-type, x-amz-date' });
    expect(aws.calls).toMatchObject([
      { operation: 'PutBucketCors', decision: 'allowed' },
      { operation: 'Preflight', decision: 'allowed', accessKeyId: '' },
    ]);
  });

  it('is allowed for a presigned URL, whose query has the signature of another method', async () => {
    await configure(RULE);
    const url = await getSignedUrl(acme, new PutObjectCommand({ Bucket: 'pool', Key: 'acme/up' }));
    const headers = { origin: APP, 'access-control-request-method': 'PUT' };
    expect((await fetch(url, { method: 'OPTIONS', headers })).status).toBe(200);
    const put = await fetch(url, { method: 'PUT', body: 'from a page', headers: { origin: APP } });
    expect([put.status, corsOf(put)]).toEqual([200, ALLOWED]);
  });

  it.each<[string, Record<string, string>, CORSRule]>([
    ['another origin', { origin: 'https://evil.example' }, RULE],
    ['an origin that begins with an allowed one', { origin: `${APP}.evil.example` }, RULE],
    ['an origin in another case', { origin: APP.toUpperCase() }, RULE],
    ['the origin null', { origin: 'null' }, RULE],
    ['an origin that shares the characters of both ends', { origin: 'https://aba' }, { ...RULE, AllowedOrigins: ['https://ab*ba'] }],
    ['another method', { 'access-control-request-method': 'DELETE' }, RULE],
    ['another header', { 'access-control-request-headers': 'content-type, authorization' }, RULE],
    ['a header, if the rule has none', { 'access-control-request-headers': 'content-type' }, { ...RULE, AllowedHeaders: [] }],
    ['a header that is not a name', { 'access-control-request-headers': 'content-type, \u00c3\u00a9' }, { ...RULE, AllowedHeaders: ['*'] }],
  ])('is forbidden for %s', async (_, headers, rule) => {
    await configure(rule);
    const response = await ask('GET', headers);
    expect(corsOf(response)).toEqual({});
    expect(await errorOf(response)).toEqual({ status: 403, code: 'AccessForbidden', message: NOT_ALLOWED });
  });

  it('compares an origin with a pattern', async () => {
    await configure({ ...RULE, AllowedOrigins: ['https://*.example'] });
    expect((await ask('GET', { origin: 'https://a.b.example' })).headers.get('access-control-allow-origin')).toBe('https://a.b.example');
    expect((await ask('GET', { origin: 'https://.example.evil' })).status).toBe(403);
  });

  it('has no credentials if every origin is allowed', async () => {
    await configure({ AllowedOrigins: ['*'], AllowedMethods: ['GET'] });
    expect(corsOf(await ask('GET', { origin: 'https://any.example' }))).toEqual({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET',
      vary: ALLOWED.vary,
    });
  });

  it.each([
    ['/pool', 'CORSResponse: CORS is not enabled for this bucket.'],
    ['/none/a', 'CORSResponse: Bucket not found'],
    ['/', 'CORSResponse: Bucket not found'],
  ])('is forbidden without a configuration: %s', async (path, message) => {
    const response = await preflight(path, { origin: APP, 'access-control-request-method': 'GET' });
    expect(await errorOf(response)).toEqual({ status: 403, code: 'AccessForbidden', message });
  });

  it('needs an origin and a known method', async () => {
    await configure(RULE);
    expect(await errorOf(await preflight('/pool', {}))).toMatchObject({ status: 400, code: 'BadRequest' });
    expect(await errorOf(await preflight('/pool', { origin: APP }))).toMatchObject({
      status: 400,
      message: 'Invalid Access-Control-Request-Method: null',
    });
    expect(await errorOf(await ask('PATCH'))).toMatchObject({ status: 400, message: 'Invalid Access-Control-Request-Method: PATCH' });
    expect(await errorOf(await preflight('/P', { origin: APP, 'access-control-request-method': 'GET' }))).toMatchObject({ status: 400 });
  });
});

describe('a request from a page', () => {
  const get = async (Key: string, origin = APP, client = acme) =>
    fetch(await getSignedUrl(client, new GetObjectCommand({ Bucket: 'pool', Key })), { headers: { origin } });

  it('has the headers of the first rule for its origin and its method', async () => {
    await configure({ ...RULE, AllowedMethods: ['POST'] }, RULE, { AllowedOrigins: ['*'], AllowedMethods: ['GET'] });
    expect(corsOf(await get('acme/a'))).toEqual(ALLOWED);
    expect(corsOf(await get('acme/a', 'https://any.example'))).toMatchObject({ 'access-control-allow-origin': '*' });
  });

  it('has them on errors too: a denial, a wrong signature, an unsigned request', async () => {
    await configure(RULE);
    const denied = await get('globex/a');
    expect([denied.status, corsOf(denied)]).toEqual([403, ALLOWED]);
    const signed = new URL(await getSignedUrl(acme, new GetObjectCommand({ Bucket: 'pool', Key: 'acme/a' })));
    signed.searchParams.set('X-Amz-Signature', '0'.repeat(64));
    const wrong = await fetch(signed, { headers: { origin: APP } });
    expect([wrong.status, corsOf(wrong)]).toEqual([403, ALLOWED]);
    const unsigned = await fetch(`${aws.url}/pool/acme/a`, { headers: { origin: APP } });
    expect([unsigned.status, corsOf(unsigned)]).toEqual([403, ALLOWED]);
  });

  it('has them on a posted form', async () => {
    await configure({ ...RULE, AllowedMethods: ['POST'] });
    const { url, fields } = await createPresignedPost(acme, { Bucket: 'pool', Key: 'acme/form' });
    const posted = await postForm(url, fields, 'x', { origin: APP });
    expect([posted.status, posted.headers.get('access-control-allow-origin')]).toEqual([204, APP]);
    const refused = await postForm(url, { ...fields, key: 'acme/other' }, 'x', { origin: APP });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, APP]);
  });

  it('has none by default, without an origin, for another origin, another method and another bucket', async () => {
    expect(corsOf(await get('acme/a'))).toEqual({});
    await configure({ ...RULE, AllowedMethods: ['PUT'] });
    expect(corsOf(await get('acme/a'))).toEqual({});
    await configure(RULE);
    expect(corsOf(await get('acme/a', 'https://evil.example'))).toEqual({});
    expect(corsOf(await fetch(await getSignedUrl(acme, new GetObjectCommand({ Bucket: 'pool', Key: 'acme/a' }))))).toEqual({});
    expect(corsOf(await fetch(`${aws.url}/other/a`, { headers: { origin: APP } }))).toEqual({});
    expect(corsOf(await fetch(`${aws.url}/%zz`, { headers: { origin: APP } }))).toEqual({});
  });

  it('is allowed by its signature, never by its origin', async () => {
    await configure({ AllowedOrigins: ['*'], AllowedMethods: ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'], AllowedHeaders: ['*'] });
    expect((await get('globex/a')).status).toBe(403);
    expect((await fetch(`${aws.url}/pool/acme/a`, { headers: { origin: APP } })).status).toBe(403);
    expect((await fetch(`${aws.url}/pool/acme/a`, { method: 'DELETE', headers: { origin: APP } })).status).toBe(403);
  });
});
