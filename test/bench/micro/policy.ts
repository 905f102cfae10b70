import { PolicyGenerator } from '@tenant-aws/core';
import { bucket, table } from '../../support/notes-aws.ts';
import { measureVariants, sync } from './variants.ts';

const generator = PolicyGenerator.generator()
  .s3FolderPerTenant({ bucket })
  .dynamodbLeadingKeys({ table })
  .in({ region: 'us-east-1', account: '000000000000' });
const generators = Array.from({ length: 1_000 }, (_, index) => generator.tenant(`tenant-${index}`));
const policies = generators.map((each) => each.generatePolicy());

await measureVariants({
  'JSON.parse': sync((index) => JSON.parse(policies[index % policies.length]!)),
  generatePolicy: sync((index) => generators[index % generators.length]!.generatePolicy()),
  'tenant().generatePolicy': sync((index) => generator.tenant(`tenant-${index % 1_000}`).generatePolicy()),
  'generator of two templates, with generatePolicy': sync((index) =>
    PolicyGenerator.generator()
      .s3FolderPerTenant({ bucket })
      .dynamodbLeadingKeys({ table })
      .in({ region: 'us-east-1', account: '000000000000' })
      .tenant(`tenant-${index % 1_000}`)
      .generatePolicy(),
  ),
});
