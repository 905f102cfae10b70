import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { PolicyGenerator } from '@tenant-aws/core';
import { bucket, roleArn, table } from '../../support/notes-aws.ts';
import type { Keys, StartedEndpoint } from './endpoint.ts';
import { TENANT } from './requests.ts';

const generator = PolicyGenerator.generator()
  .s3FolderPerTenant({ bucket })
  .dynamodbLeadingKeys({ table })
  .in({ region: 'us-east-1', account: '000000000000' });

/** The keys of a session of the tenant, whose session policy decides each request. An engine alone accepts its own keys. */
export async function tenantKeys({ url, admin, base }: StartedEndpoint): Promise<Keys> {
  if (base === undefined) return admin;
  const sts = new STSClient({ endpoint: url, region: 'us-east-1', credentials: base });
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: TENANT, Policy: sessionPolicy() }));
  sts.destroy();
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

function sessionPolicy(): string {
  const { Version, Statement } = generator.tenant(TENANT).generate();
  const templates = Array.isArray(Statement) ? Statement : [Statement];
  const queues = {
    Effect: 'Allow',
    Action: ['sqs:SendMessage', 'sqs:ReceiveMessage'],
    Resource: 'arn:aws:sqs:us-east-1:000000000000:jobs',
  };
  return JSON.stringify({ Version, Statement: [...templates, queues] });
}
