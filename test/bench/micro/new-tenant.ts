import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { PolicyGenerator } from '@tenant-aws/core';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { identityOf } from '../../support/identity-of.ts';
import { bucket, roleArn, table } from '../../support/notes-aws.ts';
import { Child } from '../child.ts';
import { machine } from './machine.ts';
import { measureVariants, sequential } from './variants.ts';

const [, { port }] = await Child.start<{ port: number }>('constant-sts.ts');
const client = (): STSClient =>
  new STSClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIABENCH', secretAccessKey: 'secret' },
    requestHandler: new NodeHttpHandler({ httpAgent: { keepAlive: true, maxSockets: 50 } }),
  });

const bare = client();
const tvm = machine({ sts: client(), durationSeconds: 900 });
const Policy = PolicyGenerator.generator()
  .s3FolderPerTenant({ bucket })
  .dynamodbLeadingKeys({ table })
  .in({ region: 'us-east-1', account: '000000000000' })
  .tenant('acme')
  .generatePolicy();
let tenants = 0;

await measureVariants({
  AssumeRoleCommand: sequential(() =>
    bare.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'acme', DurationSeconds: 900, Policy })),
  ),
  vend: sequential(() => tvm.vend(identityOf(`tenant-${(tenants += 1)}`))),
});
