import { createPublicKey } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { PolicyGenerator } from '@tenant-aws/core';
import { tenantCredentials } from '@tenant-aws/express';
import type { Request } from 'express';
import jwt from 'jsonwebtoken';
import { bucket, roleArn, table } from '../../support/notes-aws.ts';
import type { Issuer } from '../issuer.ts';
import type { Candidates } from './candidate.ts';
import { serveExpress } from './express-server.ts';

// Each candidate verifies the token, and gives the handler an S3 client that reaches the data of the tenant only.

export const candidates: Candidates = {
  /** As in the reference of AWS: AssumeRole and a new client for each request. One STS client serves all: it keeps its connections. */
  'AssumeRole per request': (issuer) => {
    const [tenantOf, sts] = [tenantFinder(issuer), new STSClient()];
    return serveExpress(async (req, res, next) => {
      const { Credentials: issued } = await sts.send(new AssumeRoleCommand(sessionOf(tenantOf(req))));
      const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '', SessionToken: sessionToken = '' } = issued ?? {};
      res.locals['s3'] = new S3Client({ credentials: { accessKeyId, secretAccessKey, sessionToken } });
      next();
    });
  },
  /** One client for each tenant, whose provider of the SDK keeps the credentials until they expire. */
  'fromTemporaryCredentials per tenant': (issuer) => {
    const tenantOf = tenantFinder(issuer);
    const clients = new Map<string, S3Client>();
    return serveExpress(async (req, res, next) => {
      const tenant = tenantOf(req);
      const client = clients.get(tenant) ?? new S3Client({ credentials: fromTemporaryCredentials({ params: sessionOf(tenant) }) });
      clients.set(tenant, client);
      await client.config.credentials();
      res.locals['s3'] = client;
      next();
    });
  },
  ours: () =>
    serveExpress(tenantCredentials(), (req, res, next) => {
      res.locals['s3'] = req.tenantAws.client(S3Client);
      next();
    }),
};

const generator = PolicyGenerator.generator()
  .s3FolderPerTenant({ bucket })
  .dynamodbLeadingKeys({ table })
  .in({ region: 'us-east-1', account: '000000000000' });

function sessionOf(tenant: string): { RoleArn: string; RoleSessionName: string; DurationSeconds: number; Policy: string } {
  return { RoleArn: roleArn, RoleSessionName: tenant, DurationSeconds: 900, Policy: generator.tenant(tenant).generatePolicy() };
}

/** Verifies the token with the fastest common library. */
function tenantFinder({ publicKey, url, audience }: Issuer): (req: Request) => string {
  const key = createPublicKey(publicKey);
  return (req) => {
    const token = req.headers.authorization?.slice('Bearer '.length) ?? '';
    const claims = jwt.verify(token, key, { algorithms: ['RS256'], issuer: url, audience }) as Record<string, string>;
    return claims['custom:tenant_id'] ?? '';
  };
}
