import { S3Client } from '@aws-sdk/client-s3';
import { authenticatedUser, problemDetails, scoped, tenantCredentials } from '@tenant-aws/koa';
import Koa from 'koa';

const app = new Koa();
app.use(problemDetails());
app.use(tenantCredentials({ identity: authenticatedUser() }));
app.use(scoped(['s3-folder-read-only']));
app.use(async (ctx) => {
  const s3: S3Client = ctx.tenantAws.client(S3Client);
  // @ts-expect-error there is no such member: `ctx` is not `any`
  ctx.body = [s3.config, ctx.tenantAws.other];
});
