import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { problemDetails, tenantCredentials } from '@tenant-aws/koa';
import Koa from 'koa';

const app = new Koa();
app.use(problemDetails());
app.use(async (ctx, next) => {
  await next().catch((error) => {
    if (!error.$metadata) throw error;
    Object.assign(ctx, { status: error.$metadata.httpStatusCode, body: error.name });
  });
});
app.use(tenantCredentials());
app.use(async ({ method, path, query, tenantAws, response }) => {
  if (method === 'PUT') {
    const Item = { customer: path.split('/')[2], id: '1', list: [1, true, 'three'] };
    await tenantAws.client(DynamoDBDocumentClient).send(new PutCommand({ TableName: 'orders', Item }));
    response.body = 'written';
    return;
  }
  const { Body } = await tenantAws.client(S3Client).send(new GetObjectCommand({ Bucket: 'notes', Key: String(query['key']) }));
  response.body = await Body?.transformToString();
});
app.listen(process.env.PORT);
