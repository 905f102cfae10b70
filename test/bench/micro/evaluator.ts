import { PolicyGenerator } from '@tenant-aws/core';
import { decide } from '@tenant-aws/prover';
import { bucket, rolePolicy, table } from '../../support/notes-aws.ts';
import { measureVariants, sync } from './variants.ts';

const generator = PolicyGenerator.generator()
  .s3FolderPerTenant({ bucket })
  .dynamodbLeadingKeys({ table })
  .in({ region: 'us-east-1', account: '000000000000' });
const policies = { role: [rolePolicy], session: generator.tenant('acme').generate() };
const read = (tenant: string) => ({ action: 's3:GetObject', resource: `arn:aws:s3:::${bucket}/${tenant}/plan`, context: {} });
const item = {
  action: 'dynamodb:GetItem',
  resource: `arn:aws:dynamodb:us-east-1:000000000000:table/${table}`,
  context: { 'dynamodb:LeadingKeys': ['acme'] },
};
const [own, other] = [read('acme'), read('globex')];

await measureVariants({
  'decide, own object': sync(() => decide(own, policies)),
  'decide, object of another tenant': sync(() => decide(other, policies)),
  'decide, own item': sync(() => decide(item, policies)),
});
