import { S3Client } from '@aws-sdk/client-s3';
import { machine, readOnlyIdentity } from './machine.ts';
import { measureVariants, sync } from './variants.ts';

const tvm = machine();
const identity = readOnlyIdentity(tvm, 'acme');
const tenantAws = tvm.for(identity);
const region = { region: 'us-east-1' };

await measureVariants({
  'client(S3Client)': sync(() => tenantAws.client(S3Client)),
  'client(S3Client, config)': sync(() => tenantAws.client(S3Client, region)),
  'for(identity).client(S3Client)': sync(() => tvm.for(identity).client(S3Client)),
});
