/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 passes a rejected promise of a handler to the error middleware */
import { GetCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { problemDetails, tenantCredentials, type TenantCredentialsOptions } from '@tenant-aws/express';
import express, { type ErrorRequestHandler, type Express } from 'express';

/** An app that does not check which tenant owns what a request names. */
export function notesApp(options: TenantCredentialsOptions = {}): Express {
  const app = express();
  app.use(tenantCredentials(options));
  app.use(express.text());
  app.use(express.json());
  app.get('/files', async (req, res) => {
    res.type('text').send(await read(req.tenantAws.client(S3Client), req.query['key']));
  });
  app.get('/orders/:customer/:id', async (req, res) => {
    const { Item } = await req.tenantAws.client(DynamoDBDocumentClient).send(new GetCommand({ TableName: 'orders', Key: req.params }));
    res.json(Item);
  });
  app.get('/tenant', (req, res) => void res.json({ tenant: req.tenantAws.tenantId }));
  app.get('/own-credentials', async (req, res) => {
    res.send(await read(new S3Client(), req.query['key']));
  });
  app.use('/echo', (req, res) => void res.json({ method: req.method, url: req.originalUrl, headers: req.headers, body: req.body }));
  app.use(problemDetails());
  app.use(((error, _req, res, _next) => {
    res.status(error.$metadata?.httpStatusCode ?? 500).send(error.name);
  }) as ErrorRequestHandler);
  return app;
}

async function read(s3: S3Client, key: unknown): Promise<string | undefined> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'notes', Key: String(key) }));
  return Body?.transformToString();
}
