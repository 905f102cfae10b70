import { PolicyGenerator } from '@tenant-aws/core';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import type { LocalAws } from '@tenant-aws/local';
import { bucket, roleArn, table } from '../../support/notes-aws.ts';
import { stsAt } from '../../support/sts-at.ts';

export type Outcome = 'allowed' | 'denied';

/** The steps that each client runs as acme, and the expected outcome of each. */
export const OUTCOMES = {
  'puts its own object': 'allowed',
  'gets its own object': 'allowed',
  'lists its own folder': 'allowed',
  'copies its own object': 'allowed',
  'uploads 12 MB of its own in parts': 'allowed',
  'reads its own object by a presigned URL': 'allowed',
  'puts its own item': 'allowed',
  'gets its own item': 'allowed',
  "gets another's object": 'denied',
  "puts another's object": 'denied',
  "deletes another's object": 'denied',
  "copies another's object": 'denied',
  "lists another's folder": 'denied',
  'lists the whole bucket': 'denied',
  'lists the bare prefix': 'denied',
  "uploads 12 MB to another's folder": 'denied',
  "reads another's object by a presigned URL": 'denied',
  "puts another's item": 'denied',
  "gets another's item": 'denied',
  'scans the table': 'denied',
} as const satisfies Record<string, Outcome>;

export type Step = keyof typeof OUTCOMES;

/** The outcome of each step, as a program in another process reports it: an `Outcome`, or the text of another failure. */
export type Report = Readonly<Record<string, string>>;

/** The environment of a client, with only the variables of the local AWS for AWS. */
export function clientEnvironment(aws: LocalAws, keys: Record<string, string> = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_') && !name.startsWith('TENANT_AWS_'));
  return { ...Object.fromEntries(inherited), ...aws.env, ...keys };
}

/** The names that the programs use. */
export const NAMES: Record<string, string> = { BUCKET: bucket, TABLE: table };

/** The keys of acme as variables: a session of the role with acme's session policy. */
export async function keysOfAcme(aws: LocalAws): Promise<Record<string, string>> {
  const sts = stsAt(aws.url, aws);
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'acme', Policy: policyOfAcme() }));
  sts.destroy();
  return {
    AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId ?? '',
    AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey ?? '',
    AWS_SESSION_TOKEN: Credentials?.SessionToken ?? '',
  };
}

export function policyOfAcme(): string {
  return PolicyGenerator.generator()
    .s3FolderPerTenant({ bucket })
    .dynamodbLeadingKeys({ table })
    .in({ partition: 'aws', region: 'us-east-1', account: '000000000000' })
    .tenant('acme')
    .generatePolicy();
}
