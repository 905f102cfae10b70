import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createPresignedPost, type PresignedPostOptions } from '@aws-sdk/s3-presigned-post';
import { TokenVendingMachine } from '@tenant-aws/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identityOf } from '../support/identity-of.ts';
import { notesAws } from '../support/local-aws-per-file.ts';
import { bucket } from '../support/notes-aws.ts';

// A page that uploads to the tenant's folder: the app signs the form with the tenant's client, and the browser posts it.

const aws = notesAws();
let tvm: TokenVendingMachine;
beforeAll(() => {
  tvm = TokenVendingMachine.fromEnvironment();
});
afterAll(() => tvm.close());

/** Signs a form as the app does for a user of a tenant: it names the folder of this tenant, unless the app has a mistake. */
function sign(tenant: string, options: Partial<PresignedPostOptions> = {}) {
  const s3 = tvm.for(identityOf(tenant)).client(S3Client);
  return createPresignedPost(s3, { Bucket: bucket, Key: `${tenant}/uploads/\${filename}`, Expires: 60, ...options });
}

/** Posts a form as a browser does. */
async function post(url: string, fields: Readonly<Record<string, string>>, file = new File(['picture'], 'me.png', { type: 'image/png' })) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', file);
  const response = await fetch(url, { method: 'POST', body: form });
  return [response.status, /<Message>(.*?)<\/Message>/.exec(await response.text())?.[1] ?? ''];
}

async function textOf(tenant: string, Key: string): Promise<string | undefined> {
  const { Body } = await tvm
    .for(identityOf(tenant))
    .client(S3Client)
    .send(new GetObjectCommand({ Bucket: bucket, Key }));
  return Body?.transformToString();
}

describe('@aws-sdk/s3-presigned-post with the client of a tenant', () => {
  it("uploads into the tenant's own folder, with its content type and its metadata", async () => {
    const Conditions: PresignedPostOptions['Conditions'] = [
      ['starts-with', '$Content-Type', 'image/'],
      ['content-length-range', 1, 1024],
    ];
    const { url, fields } = await sign('acme', { Conditions, Fields: { 'x-amz-meta-user': 'u1' } });
    expect(await post(url, { ...fields, 'Content-Type': 'image/png' })).toEqual([204, '']);
    expect(await textOf('acme', 'acme/uploads/me.png')).toBe('picture');
    expect(aws.calls.map(({ operation, decision, tenantSession }) => [operation, decision, tenantSession])).toContainEqual([
      'PostObject',
      'allowed',
      'acme',
    ]);
  });

  it('keeps a file with a path as its name in the folder', async () => {
    const { url, fields } = await sign('acme');
    expect(await post(url, fields, new File(['picture'], '../../globex/uploads/me.png'))).toEqual([204, '']);
    expect(await textOf('acme', 'acme/uploads/me.png')).toBe('picture');
    await expect(textOf('globex', 'globex/uploads/me.png')).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });

  it('refuses a key outside the folder that the form names', async () => {
    const { url, fields } = await sign('acme');
    for (const key of ['globex/uploads/me.png', 'acme/me.png', 'acme/uploads', '']) {
      const [status] = await post(url, { ...fields, key });
      expect([400, 403], key).toContain(status);
    }
    expect(await post(url, { ...fields, key: 'globex/uploads/me.png' })).toEqual([
      403,
      'Invalid according to Policy: Policy Condition failed: [&quot;starts-with&quot;, &quot;$key&quot;, &quot;acme/uploads/&quot;]',
    ]);
  });

  it("is denied by IAM if the app signs a form for another tenant's folder", async () => {
    const { url, fields } = await sign('acme', { Key: 'globex/uploads/me.png' });
    expect(await post(url, fields)).toEqual([403, expect.stringContaining('is not authorized to perform: s3:PutObject on resource')]);
    expect(aws.calls.find(({ operation }) => operation === 'PostObject')).toMatchObject({
      decision: 'denied',
      tenantSession: 'acme',
      resource: `arn:aws:s3:::${bucket}/globex/uploads/me.png`,
    });
  });

  it('is denied by IAM if the app forgets the folder', async () => {
    const { url, fields } = await sign('acme', { Key: '${filename}', Conditions: [['starts-with', '$key', '']] });
    expect((await post(url, { ...fields, key: 'globex/uploads/me.png' }))[0]).toBe(403);
    expect((await post(url, { ...fields, key: 'acme/uploads/me.png' }))[0]).toBe(204);
  });

  it('refuses a changed policy, an additional field, and another size', async () => {
    const { url, fields } = await sign('acme', { Conditions: [['content-length-range', 1, 8]] });
    const policy = Buffer.from(fields['Policy'] ?? '', 'base64').toString();
    const Policy = Buffer.from(policy.replaceAll('acme/', 'globex/')).toString('base64');
    expect(await post(url, { ...fields, Policy })).toEqual([403, expect.stringContaining('signature we calculated does not match')]);
    expect(await post(url, { ...fields, 'x-amz-meta-role': 'admin' })).toEqual([
      403,
      'Invalid according to Policy: Extra input fields: x-amz-meta-role',
    ]);
    expect((await post(url, fields, new File(['much too long'], 'a')))[0]).toBe(400);
    expect((await post(url, fields, new File([''], 'a')))[0]).toBe(400);
    expect((await post(url, fields))[0]).toBe(204);
  });

  it('uploads the concurrent forms of two tenants to the folder of each', async () => {
    const uploads = Array.from({ length: 20 }, async (_, at) => {
      const [tenant, other] = at % 2 === 0 ? ['acme', 'globex'] : ['globex', 'acme'];
      const file = new File([`${tenant} ${at}`], `c${at}`);
      const own = await sign(tenant ?? '');
      const foreign = await sign(tenant ?? '', { Key: `${other}/uploads/stolen` });
      return Promise.all([post(own.url, own.fields, file), post(foreign.url, foreign.fields, file)]);
    });
    expect((await Promise.all(uploads)).map(([own, foreign]) => [own[0], foreign[0]])).toEqual(uploads.map(() => [204, 403]));
    expect([await textOf('acme', 'acme/uploads/c6'), await textOf('globex', 'globex/uploads/c7')]).toEqual(['acme 6', 'globex 7']);
    await expect(textOf('globex', 'globex/uploads/stolen')).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });

  it('refuses an expired form', async () => {
    const { url, fields } = await sign('acme', { Expires: -1 });
    expect(await post(url, fields)).toEqual([403, 'Invalid according to Policy: Policy expired.']);
  });
});
