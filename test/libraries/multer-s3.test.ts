import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { problemDetails, tenantCredentials } from '@tenant-aws/express';
import express from 'express';
import multer from 'multer';
import multerS3 from 'multer-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listening } from '../e2e/scenarios.ts';
import { notesAws } from '../support/local-aws-per-file.ts';
import { bucket } from '../support/notes-aws.ts';

// multer-s3 streams the files of a form to S3. Its client is fixed at creation, so that an app with tenants creates it for each request.

const aws = notesAws();
let app: Awaited<ReturnType<typeof listening>>;
beforeAll(async () => {
  const tenants = tenantCredentials();
  const server = express();
  server.use(tenants);
  server.post('/files/*key', (req, res, next) => {
    const storage = multerS3({
      s3: req.tenantAws.client(S3Client),
      bucket,
      key: (_req, _file, done) => done(null, [req.params['key']].flat().join('/')),
      metadata: (_req, file, done) => done(null, { field: file.fieldname }),
    });
    multer({ storage }).single('file')(req, res, (error: unknown) => {
      if (error) return next(error);
      res.status(201).json({ key: Reflect.get(req.file ?? {}, 'key'), size: req.file?.size });
    });
  });
  server.get('/files/*key', async ({ tenantAws, params }, res) => {
    const Key = [params['key']].flat().join('/');
    const { Body, Metadata } = await tenantAws.client(S3Client).send(new GetObjectCommand({ Bucket: bucket, Key }));
    res.json({ text: await Body?.transformToString(), metadata: Metadata });
  });
  server.use(problemDetails({ awsErrors: true }));
  app = await listening(server, () => tenants.close());
});
afterAll(() => app.close());

async function request(tenant: string, method: 'GET' | 'POST', key: string, content = ''): Promise<[number, unknown]> {
  const form = new FormData();
  form.append('file', new File([content], 'a.txt', { type: 'text/plain' }));
  const authorization = `Bearer ${await aws.issuer.token({ tenant })}`;
  const response = await fetch(`${app.url}/files/${key}`, { method, headers: { authorization }, ...(method === 'POST' && { body: form }) });
  return [response.status, await response.json()];
}

describe('multer-s3 with the client of the tenant of a request', () => {
  it("stores a file in the tenant's own folder", async () => {
    expect(await request('acme', 'POST', 'acme/a.txt', 'hello')).toEqual([201, { key: 'acme/a.txt', size: 5 }]);
    expect(await request('acme', 'GET', 'acme/a.txt')).toEqual([200, { text: 'hello', metadata: { field: 'file' } }]);
  });

  it('stores a file of several parts', async () => {
    const content = '0123456789'.repeat(700_000);
    expect((await request('acme', 'POST', 'acme/big.txt', content))[0]).toBe(201);
    expect(aws.calls.filter(({ operation }) => operation === 'UploadPart')).toHaveLength(2);
    expect(await request('acme', 'GET', 'acme/big.txt')).toMatchObject([200, { text: content }]);
  });

  it("is denied another tenant's folder, and stores nothing there", async () => {
    expect(await request('globex', 'POST', 'globex/a.txt', 'theirs')).toMatchObject([201, {}]);
    expect((await request('acme', 'POST', 'globex/a.txt', 'stolen'))[0]).toBe(403);
    expect((await request('acme', 'POST', 'globex/big.txt', '0123456789'.repeat(700_000)))[0]).toBe(403);
    expect(await request('globex', 'GET', 'globex/a.txt')).toMatchObject([200, { text: 'theirs' }]);
  });

  it('stores the files of concurrent requests of two tenants in the folder of each', async () => {
    const uploads = Array.from({ length: 20 }, (_, at) => {
      const [tenant, other] = at % 2 === 0 ? ['acme', 'globex'] : ['globex', 'acme'];
      return Promise.all([
        request(tenant ?? '', 'POST', `${tenant}/c${at}`, `${tenant} ${at}`),
        request(tenant ?? '', 'POST', `${other}/c${at}`, 'stolen'),
      ]);
    });
    expect((await Promise.all(uploads)).map(([own, foreign]) => [own[0], foreign[0]])).toEqual(uploads.map(() => [201, 403]));
    expect(await request('globex', 'GET', 'globex/c1')).toMatchObject([200, { text: 'globex 1' }]);
  });
});
