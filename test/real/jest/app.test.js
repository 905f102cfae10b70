const { startLocalAws } = require('@tenant-aws/local');
const { PutObjectCommand, S3Client } = require('@aws-sdk/client-s3');
const { DynamoDBDocumentClient } = require('@aws-sdk/lib-dynamodb');
const { problemDetails, tenantCredentials } = require('@tenant-aws/express');
const express = require('express');

const roleArn = 'arn:aws:iam::000000000000:role/TenantAccess';
const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::notes/*' }] };
let aws;
let middleware;
let server;

beforeAll(async () => {
  aws = await startLocalAws({ buckets: ['notes'], roles: { [roleArn]: { policy } } });
  for (const name of aws.unset) delete process.env[name];
  Object.assign(process.env, aws.env, {
    TENANT_AWS_ROLE_ARN: roleArn,
    TENANT_AWS_TEMPLATES: 's3-folder-per-tenant?bucket=notes',
    TENANT_AWS_JWT_ISSUER: aws.issuer.url,
    TENANT_AWS_JWT_AUDIENCE: aws.issuer.audience,
  });
  middleware = tenantCredentials();
  const app = express();
  app.use(middleware);
  app.put('/files', async ({ tenantAws, query }, res) => {
    tenantAws.client(DynamoDBDocumentClient); // does not throw: @aws-sdk/client-dynamodb is found
    await tenantAws.client(S3Client).send(new PutObjectCommand({ Bucket: 'notes', Key: query.key, Body: 'text' }));
    res.send('written');
  });
  app.use(problemDetails());
  app.use((error, _req, res, _next) => res.status(403).send(error.name));
  await new Promise((resolve) => {
    server = app.listen(0, resolve);
  });
}, 60_000);

afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await middleware.close();
  await aws.close();
});

test('a tenant writes only its own files', async () => {
  const headers = { authorization: `Bearer ${await aws.issuer.token({ tenant: 'acme' })}` };
  const put = async (key) => {
    const response = await fetch(`http://127.0.0.1:${server.address().port}/files?key=${key}`, { method: 'PUT', headers });
    return response.text();
  };

  expect(await put('acme/plan')).toBe('written');
  expect(await put('globex/plan')).toBe('AccessDenied');
});
