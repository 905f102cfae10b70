import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { TokenVendingMachine } from '@tenant-aws/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { identityOf, optionsFor } from '../../packages/core/test/local-machine.ts';
import { SettableClock } from '../../packages/core/test/settable-clock.ts';
import { notesAws } from '../support/local-aws-per-file.ts';
import { bucket, startNotesAws } from '../support/notes-aws.ts';

notesAws();
let tvm: TokenVendingMachine;
beforeAll(() => {
  tvm = TokenVendingMachine.fromEnvironment();
});
afterAll(() => tvm.close());

const get = (tenant: string) => new GetObjectCommand({ Bucket: bucket, Key: `${tenant}/note` });

it("presigns URLs that reach only the tenant's own objects", async () => {
  const s3 = tvm.for(identityOf('acme')).client(S3Client);
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/note', Body: 'text' }));

  const [own, foreign] = await Promise.all([getSignedUrl(s3, get('acme')), getSignedUrl(s3, get('globex'))]);

  expect(await (await fetch(own)).text()).toBe('text');
  expect((await fetch(foreign)).status).toBe(403);
});

it("returns no URL that is presigned with another tenant's key", async () => {
  const s3 = tvm.for(identityOf('acme')).client(S3Client, { maxAttempts: 2 });
  s3.config.credentials = tvm.for(identityOf('globex')).credentials as never;

  await expect(getSignedUrl(s3, get('globex'))).rejects.toMatchObject({ code: 'tenant_mismatch' });
});

it('returns no URL for a revoked tenant, even if its provider returns earlier credentials', async () => {
  const s3 = tvm.for(identityOf('initech')).client(S3Client, { maxAttempts: 3 });
  const earlier = await tvm.vend(identityOf('initech'));
  tvm.revoke('initech');

  await expect(getSignedUrl(s3, get('initech'))).rejects.toMatchObject({ code: 'tenant_revoked' });
  s3.config.credentials = (async () => earlier) as never;
  await expect(getSignedUrl(s3, get('initech'))).rejects.toMatchObject({ code: 'tenant_revoked' });
});

it('presigns URLs with `lasting` that are valid until `expiresIn`, where others expire earlier with their credentials', async () => {
  const clock = new SettableClock();
  const later = await startNotesAws({ clock: () => clock.now().wall });
  const machine = new TokenVendingMachine(optionsFor(later), { clock });
  const acme = machine.for(identityOf('acme'));
  const config = { endpoint: later.url, forcePathStyle: true };
  await acme.client(S3Client, config).send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/note', Body: 'text' }));
  clock.pass(500_000);

  const signed = { expiresIn: 600, signingDate: new Date(clock.now().wall) };
  const short = await getSignedUrl(acme.client(S3Client, config), get('acme'), signed);
  const long = await getSignedUrl(acme.lasting(600).client(S3Client, config), get('acme'), signed);
  clock.pass(599_000);

  expect((await fetch(short)).status).not.toBe(200);
  expect(await (await fetch(long)).text()).toBe('text');
  await machine.close();
  await later.close();
});
