import { directory, PolicyGenerator, shipped, TemplateLibrary } from '@tenant-aws/policy';
import { bucket, table } from '../support/notes-aws.ts';

/** The session policy that the app sends to STS for this tenant, generated from the same templates. */
export function sessionPolicy(tenant: string): string {
  const { TENANT_AWS_TEMPLATE_SOURCE: source } = process.env;
  const library = TemplateLibrary.from(source === undefined ? shipped() : directory(source));
  return PolicyGenerator.generator(library)
    .permit('s3-folder-per-tenant', { bucket })
    .permit('dynamodb-leading-keys', { table })
    .in({ partition: 'aws', region: 'us-east-1', account: '000000000000' })
    .tenant(tenant)
    .generatePolicy();
}
