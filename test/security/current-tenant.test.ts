import type { RequestListener } from 'node:http';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { currentTenantAws } from '@tenant-aws/core';
import { tenantCredentials as expressTenants } from '@tenant-aws/express';
import { tenantCredentials as koaTenants } from '@tenant-aws/koa';
import express, { type RequestHandler } from 'express';
import Koa from 'koa';
import { describe, it } from 'vitest';
import { notesAws } from '../support/local-aws-per-file.ts';
import { expectOwnKeys, workActions } from '../interleaving/requests.ts';
import { forPresigning, type TenantClients, works } from '../interleaving/work.ts';
import { listen } from '../support/loopback.ts';

const aws = notesAws();

/** The same object for all tenants. */
const clients: TenantClients = {
  get s3() {
    return currentTenantAws().client(S3Client);
  },
  get presigner() {
    return currentTenantAws().client(S3Client, forPresigning);
  },
  get documents() {
    return DynamoDBDocumentClient.from(currentTenantAws().client(DynamoDBClient));
  },
};

/** The body of the response to `/works/<name>/<tenant>/<id>`. */
async function respondTo(path: string): Promise<string> {
  const [name = '', tenant = '', id = ''] = path.split('/').slice(2);
  await works[name]?.run(clients, tenant, id);
  return currentTenantAws().tenantId;
}

interface App {
  readonly listener: RequestListener;
  close(): Promise<void>;
}

const frameworks: readonly (readonly [string, () => App])[] = [
  [
    'Express',
    () => {
      const tenants = expressTenants();
      const handler: RequestHandler = (req, res, next) => void respondTo(req.path).then((tenant) => res.end(tenant), next);
      return { listener: express().use(tenants, handler), close: () => tenants.close() };
    },
  ],
  [
    'Koa',
    () => {
      const tenants = koaTenants();
      const app = new Koa().use(tenants).use(async (ctx) => {
        ctx.body = await respondTo(ctx.path);
      });
      const callback = app.callback();
      return { listener: (req, res) => void callback(req, res), close: () => tenants.close() };
    },
  ],
];

describe.each(frameworks)('%s', (_name, make) => {
  it('signs every call of 500 interleaved requests of 50 tenants as the current tenant', { timeout: 120_000 }, async () => {
    const app = make();
    const { url, close } = await listen(app.listener);

    await expectOwnKeys(aws, url, workActions);

    await close();
    await app.close();
  });
});
