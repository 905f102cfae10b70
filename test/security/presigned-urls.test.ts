import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { TokenVendingMachine } from '@tenant-aws/core';
import type { LocalAws } from '@tenant-aws/local';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bucket, enterEnvironment, startNotesAws } from '../notes-aws.ts';

let aws: LocalAws;
let leaveEnvironment: () => void;
let tvm: TokenVendingMachine;
beforeAll(async () => {
  aws = await startNotesAws();
  leaveEnvironment = enterEnvironment(aws);
  tvm = TokenVendingMachine.fromEnvironment();
});
afterAll(async () => {
  await tvm.close();
  leaveEnvironment();
  await aws.close();
});

const identityOf = (tenantId: string) => ({ tenantId, claims: {}, source: 'claims' as const });
const get = (tenant: string) => new GetObjectCommand({ Bucket: bucket, Key: `${tenant}/note` });

it("presigns a URL that reaches the tenant's own object, and none that reaches another's", async () => {
  const s3 = tvm.for(identityOf('acme')).client(S3Client);
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/note', Body: 'text' }));

  const [own, foreign] = await Promise.all([getSignedUrl(s3, get('acme')), getSignedUrl(s3, get('globex'))]);

  expect(await (await fetch(own)).text()).toBe('text');
  expect((await fetch(foreign)).status).toBe(403);
});

it("lets no URL out that a lying provider had presigned with another tenant's key", async () => {
  const s3 = tvm.for(identityOf('acme')).client(S3Client, { maxAttempts: 2 });
  s3.config.credentials = tvm.for(identityOf('globex')).credentials as never;

  await expect(getSignedUrl(s3, get('globex'))).rejects.toMatchObject({ code: 'tenant_mismatch' });
});
