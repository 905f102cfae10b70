import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { beforeAll, expect, it } from 'vitest';
import { bucket, roleArn, seed } from '../support/notes-aws.ts';
import { assumesOf, baseKeys, identityOf, localAws, machineFor } from './machine.ts';

const aws = localAws();
beforeAll(() => seed(aws, 'acme/note', 'hello'));

/** A client of the SDK whose own provider assumes the role and renews the credentials. */
function sdkAlone(): S3Client {
  return new S3Client({
    endpoint: aws.url,
    region: 'us-east-1',
    credentials: fromTemporaryCredentials({
      masterCredentials: baseKeys(aws),
      params: { RoleArn: roleArn, RoleSessionName: 'acme', DurationSeconds: 900 },
      clientConfig: { endpoint: aws.url, region: 'us-east-1' },
    }),
  });
}

const read = new HeadObjectCommand({ Bucket: bucket, Key: 'acme/note' });

it('serves credentials with 240 s left while STS is down; fromTemporaryCredentials throws', async () => {
  aws.faults.sts({ expiresInSeconds: 240 });
  await using tvm = machineFor(aws);
  const ours = tvm.for(identityOf('acme')).client(S3Client, { endpoint: aws.url });
  const theirs = sdkAlone();
  await ours.send(read);
  await theirs.send(read);

  aws.faults.sts({ down: true });
  // Its keys are valid for four more minutes, but it sends no request to S3.
  const before = aws.calls.filter(({ service }) => service === 's3').length;
  await expect(theirs.send(read)).rejects.toMatchObject({ code: expect.stringMatching(/^ECONN/) });
  expect(aws.calls.filter(({ service }) => service === 's3')).toHaveLength(before);
  for (let request = 0; request < 20; request += 1) await expect(ours.send(read)).resolves.toHaveProperty('ETag');

  aws.faults.clear();
  await expect(theirs.send(read)).resolves.toHaveProperty('ETag');
  theirs.destroy();
});

it('makes one AssumeRole for ten clients of one tenant; fromTemporaryCredentials makes one for each client', async () => {
  await using tvm = machineFor(aws);
  const tenantAws = tvm.for(identityOf('acme'));
  const ours = Array.from({ length: 10 }, (_, index) => tenantAws.client(S3Client, { endpoint: aws.url, customUserAgent: `app/${index}` }));
  await Promise.all(ours.map((client) => client.send(read)));
  expect(new Set(ours).size).toBe(10);
  expect(assumesOf(aws)).toHaveLength(1);

  const theirs = Array.from({ length: 10 }, sdkAlone);
  await Promise.all(theirs.map((client) => client.send(read)));
  expect(assumesOf(aws)).toHaveLength(11);
  for (const client of theirs) client.destroy();
});
