import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Router } from '@koa/router';
import type { Context } from 'koa';
import { textOf } from './text.ts';

/** Notes: the app builds their keys from the tenant id. */
export function notes(bucket: string): Router {
  const router = new Router({ prefix: '/notes' });

  router.get('/', async (ctx) => {
    const { Contents = [] } = await s3(ctx).send(new ListObjectsV2Command({ Bucket: bucket, Prefix: folder(ctx) }));
    ctx.body = { notes: Contents.map(({ Key = '' }) => Key.slice(folder(ctx).length)) };
  });

  router.get('/:id', async (ctx) => {
    const { id } = ctx.params;
    const { Body } = await s3(ctx).send(new GetObjectCommand({ Bucket: bucket, Key: folder(ctx) + id }));
    ctx.body = { id, text: await Body?.transformToString() };
  });

  router.put('/:id', async (ctx) => {
    const { id } = ctx.params;
    await s3(ctx).send(new PutObjectCommand({ Bucket: bucket, Key: folder(ctx) + id, Body: textOf(ctx) }));
    ctx.status = 201;
    ctx.body = { id };
  });

  router.delete('/:id', async (ctx) => {
    await s3(ctx).send(new DeleteObjectCommand({ Bucket: bucket, Key: folder(ctx) + ctx.params.id }));
    ctx.status = 204;
  });

  return router;
}

const s3 = (ctx: Context): S3Client => ctx.tenantAws.client(S3Client);
const folder = (ctx: Context): string => `${ctx.tenantAws.tenantId}/notes/`;
