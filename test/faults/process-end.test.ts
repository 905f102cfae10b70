import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { localAws } from '../support/local-aws-per-file.ts';
import { nodeFlags } from '../support/node-flags.ts';
import { bucket, environmentFor } from '../support/notes-aws.ts';

const aws = localAws();

it('ends when the work is done, without `close` of the machine', async () => {
  const script = `
    import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
    import { TokenVendingMachine } from '@tenant-aws/core';
    const tvm = TokenVendingMachine.fromEnvironment({ authorizeTenant: async () => true });
    const s3 = tvm.for({ tenantId: 'acme', claims: {}, source: 'claims' }).client(S3Client);
    await s3.send(new PutObjectCommand({ Bucket: '${bucket}', Key: 'acme/note', Body: 'x' }));
    console.log(JSON.stringify(tvm.stats()));
  `;

  // The timeout kills a process that does not end by itself, and the test fails.
  const run = promisify(execFile)(process.execPath, [...nodeFlags, '--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    env: environmentFor(aws),
    timeout: 30_000,
  });

  expect(JSON.parse((await run).stdout)).toMatchObject({ entries: 1, clients: 1, assumes: 1 });
});
