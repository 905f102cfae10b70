import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Router } from '@koa/router';
import type { Context } from 'koa';
import { textOf } from './text.ts';

/**
 * Files, by the key that the client sends. This code does not check which tenant owns the key. IAM does.
 */
export function files(bucket: string): Router {
  const router = new Router({ prefix: '/files' });

  router.get('/', async (ctx) => {
    const { Contents = [] } = await s3(ctx).send(new ListObjectsV2Command({ Bucket: bucket, Prefix: text(ctx.query.prefix) }));
    ctx.body = { files: Contents.map(({ Key, Size }) => ({ key: Key, size: Size })) };
  });

  router.get('/content', async (ctx) => {
    const { Body } = await s3(ctx).send(new GetObjectCommand({ Bucket: bucket, Key: text(ctx.query.key) }));
    ctx.body = { key: ctx.query.key, text: await Body?.transformToString() };
  });

  router.put('/content', async (ctx) => {
    await s3(ctx).send(new PutObjectCommand({ Bucket: bucket, Key: text(ctx.query.key), Body: textOf(ctx) }));
    ctx.status = 201;
    ctx.body = { key: ctx.query.key };
  });

  router.delete('/content', async (ctx) => {
    await s3(ctx).send(new DeleteObjectCommand({ Bucket: bucket, Key: text(ctx.query.key) }));
    ctx.status = 204;
  });

  router.post('/copy', async (ctx) => {
    const { from, to } = ctx.request.body as { from: unknown; to: unknown };
    const source = `${bucket}/${String(from).split('/').map(encodeURIComponent).join('/')}`;
    await s3(ctx).send(new CopyObjectCommand({ Bucket: bucket, Key: String(to), CopySource: source }));
    ctx.status = 201;
    ctx.body = { key: to };
  });

  return router;
}

const s3 = (ctx: Context): S3Client => ctx.tenantAws.client(S3Client);
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
