import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { problemDetails, tenantCredentials } from '@tenant-aws/express';
import express from 'express';

const app = express();
app.use(tenantCredentials());
app.get('/files', async ({ tenantAws, query: { key } }, res) => {
  const { Body } = await tenantAws
    .client(S3Client)
    .send(new GetObjectCommand({ Bucket: 'notes', Key: typeof key === 'string' ? key : '' }));
  res.send(await Body?.transformToString());
});
app.put('/orders/:customer', async ({ tenantAws, params }, res) => {
  await tenantAws
    .client(DynamoDBDocumentClient)
    .send(new PutCommand({ TableName: 'orders', Item: { customer: params['customer'], id: '1', list: [1, true, 'three'] } }));
  res.send('written');
});
app.use(problemDetails());
app.use(((error, _req, res, _next) => res.status(error.$metadata?.httpStatusCode ?? 500).send(error.name)) as express.ErrorRequestHandler);
app.listen(process.env.PORT);
