/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 hands the rejection of a handler to its error middleware */
import { setImmediate as aTurn } from 'node:timers/promises';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { currentTenantAws } from '@tenant-aws/core';
import { problemDetails, tenantCredentials } from '@tenant-aws/express';
import express from 'express';
import request from 'supertest';
import { expect, it } from 'vitest';
import { notesAws } from '../support/local-aws-per-file.ts';
import { listen } from '../support/loopback.ts';
import { assumesOf, bucket, table } from '../support/notes-aws.ts';

const TENANTS = 20;
const REQUESTS = 200;

const aws = notesAws();

it("signs every call of 200 interleaved requests of 20 tenants with the request's own tenant's key", { timeout: 60_000 }, async () => {
  const middleware = tenantCredentials();
  const app = express()
    .use(middleware)
    .post('/:tenant/:id', express.json(), async (req, res) => {
      const { tenant, id } = req.params;
      const { text } = req.body as { text: string };
      const Key = `${tenant}/${id}`;
      await req.tenantAws.client(S3Client).send(new PutObjectCommand({ Bucket: bucket, Key, Body: text }));
      await aTurn();
      const key = { customer: { S: tenant }, id: { S: id } };
      await currentTenantAws()
        .client(DynamoDBClient)
        .send(new PutItemCommand({ TableName: table, Item: { ...key, item: { S: text } } }));
      const [object, item] = await Promise.all([
        currentTenantAws()
          .client(S3Client)
          .send(new GetObjectCommand({ Bucket: bucket, Key })),
        req.tenantAws.client(DynamoDBClient).send(new GetItemCommand({ TableName: table, Key: key })),
      ]);
      const { accessKeyId } = await currentTenantAws().credentials();
      res.json({ accessKeyId, object: await object.Body?.transformToString(), item: item.Item?.['item']?.S });
    })
    .use(problemDetails());
  const { url, close } = await listen(app);
  const sent = Array.from({ length: REQUESTS }, (_, index) => ({
    tenant: `tenant-${index % TENANTS}`,
    id: `note-${index}`,
    text: `text ${index}`,
  }));

  const responses = await Promise.all(
    sent.map(async ({ tenant, id, text }) => {
      const response = await request(url)
        .post(`/${tenant}/${id}`)
        .auth(await aws.issuer.token({ tenant }), { type: 'bearer' })
        .send({ text });
      return { tenant, ...response.body };
    }),
  );
  await close();
  await middleware.close();

  const keys = new Map(responses.map(({ tenant, accessKeyId }) => [accessKeyId, tenant]));
  expect(keys.size).toBe(TENANTS);
  expect(responses.map(({ object, item }) => ({ object, item }))).toEqual(sent.map(({ text }) => ({ object: text, item: text })));
  // Each call that AWS received was allowed, and signed with the only key of the tenant in its session name.
  const calls = aws.calls.filter(({ service }) => service !== 'sts');
  expect(calls).toHaveLength(4 * REQUESTS);
  expect(
    calls.filter(({ accessKeyId, tenantSession, decision }) => decision !== 'allowed' || keys.get(accessKeyId) !== tenantSession),
  ).toEqual([]);
  for (const tenant of keys.values())
    expect(calls.filter(({ tenantSession }) => tenantSession === tenant)).toHaveLength((4 * REQUESTS) / TENANTS);
  expect(assumesOf(aws)).toHaveLength(TENANTS);
});
