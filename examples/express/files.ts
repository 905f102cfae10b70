/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 passes a rejected promise of a handler to the error middleware */
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { type Request, Router } from 'express';

/**
 * Files, by the key that the client sends. This code does not check which tenant owns the key. IAM does.
 */
export function files(bucket: string): Router {
  const router = Router();

  router.get('/', async (req, res) => {
    const { Contents = [] } = await s3(req).send(new ListObjectsV2Command({ Bucket: bucket, Prefix: text(req.query.prefix) }));
    res.json({ files: Contents.map(({ Key, Size }) => ({ key: Key, size: Size })) });
  });

  router.get('/content', async (req, res) => {
    const { Body } = await s3(req).send(new GetObjectCommand({ Bucket: bucket, Key: text(req.query.key) }));
    res.json({ key: req.query.key, text: await Body?.transformToString() });
  });

  router.put('/content', async (req, res) => {
    await s3(req).send(new PutObjectCommand({ Bucket: bucket, Key: text(req.query.key), Body: String(req.body?.text) }));
    res.status(201).json({ key: req.query.key });
  });

  router.delete('/content', async (req, res) => {
    await s3(req).send(new DeleteObjectCommand({ Bucket: bucket, Key: text(req.query.key) }));
    res.status(204).end();
  });

  router.post('/copy', async (req, res) => {
    const { from, to } = req.body;
    const source = `${bucket}/${String(from).split('/').map(encodeURIComponent).join('/')}`;
    await s3(req).send(new CopyObjectCommand({ Bucket: bucket, Key: String(to), CopySource: source }));
    res.status(201).json({ key: to });
  });

  return router;
}

const s3 = (req: Request): S3Client => req.tenantAws.client(S3Client);
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
