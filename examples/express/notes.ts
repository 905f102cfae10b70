/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 passes a rejected promise of a handler to the error middleware */
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type Request, Router } from 'express';

/** Notes: the app builds their keys from the tenant id. */
export function notes(bucket: string): Router {
  const router = Router();

  router.get('/', async (req, res) => {
    const { Contents = [] } = await s3(req).send(new ListObjectsV2Command({ Bucket: bucket, Prefix: folder(req) }));
    res.json({ notes: Contents.map(({ Key = '' }) => Key.slice(folder(req).length)) });
  });

  router.get('/:id', async (req, res) => {
    const { Body } = await s3(req).send(new GetObjectCommand({ Bucket: bucket, Key: folder(req) + req.params.id }));
    res.json({ id: req.params.id, text: await Body?.transformToString() });
  });

  router.put('/:id', async (req, res) => {
    await s3(req).send(new PutObjectCommand({ Bucket: bucket, Key: folder(req) + req.params.id, Body: String(req.body?.text) }));
    res.status(201).json({ id: req.params.id });
  });

  router.delete('/:id', async (req, res) => {
    await s3(req).send(new DeleteObjectCommand({ Bucket: bucket, Key: folder(req) + req.params.id }));
    res.status(204).end();
  });

  return router;
}

const s3 = (req: Request): S3Client => req.tenantAws.client(S3Client);
const folder = (req: Request): string => `${req.tenantAws.tenantId}/notes/`;
