import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { type TenantAws, TokenVendingMachine } from '@tenant-aws/core';
import { type LocalAws, startLocalAws } from '@tenant-aws/local';
import { PolicyGenerator } from '@tenant-aws/policy';
import { decide, type Policies } from '@tenant-aws/prover/evaluator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blocksOf } from './readme/blocks.ts';
import { ordersTable } from './support/notes-aws.ts';

type PolicyDocument = Policies['role'][number];

const root = fileURLToPath(new URL('..', import.meta.url));

/** The policy of a page that has this word after `json`. */
function policyOf(path: string, word: string): PolicyDocument {
  const block = blocksOf(readFileSync(join(root, path), 'utf8')).find(({ language, words }) => language === 'json' && words.includes(word));
  return JSON.parse(block?.text ?? 'null') as PolicyDocument;
}

const page = 'packages/core/ROLE.md';
const [tenantRole, processRole] = ['arn:aws:iam::123456789012:role/TenantAccess', 'arn:aws:iam::123456789012:role/NotesApi'];

describe.each([
  ['the policies of ROLE.md', 'trust', 'process', {}],
  [
    'the policies of ROLE.md for session tags',
    'trust-with-tags',
    'process-with-tags',
    { tags: { plan: 'pro' }, sourceIdentity: 'notes-api' },
  ],
] as const)('%s', (_title, trust, ofProcess, options) => {
  let aws: LocalAws;
  let tvm: TokenVendingMachine;
  let acme: TenantAws;
  beforeEach(async () => {
    aws = await startLocalAws({
      roles: {
        [tenantRole]: { policy: policyOf(page, 'role'), trust: policyOf(page, trust) },
        [processRole]: { policy: policyOf(page, ofProcess) },
      },
      buckets: ['notes'],
      tables: [ordersTable],
    });
    tvm = new TokenVendingMachine({
      roleArn: tenantRole,
      permissions: ['s3-folder-per-tenant', 'dynamodb-leading-keys'],
      variables: { bucket: 'notes', table: 'orders' },
      sts: await stsOf(aws, processRole),
      ...options,
    });
    acme = tvm.for({ tenantId: 'acme', claims: {}, source: 'claims' });
  });
  afterEach(async () => {
    await tvm.close();
    await aws.close();
  });

  const local = (): object => ({ endpoint: aws.url, region: 'us-east-1' });

  it('let the process reach the data of a tenant, and only of this tenant', async () => {
    const s3 = acme.client(S3Client, local());
    const db = acme.client(DynamoDBClient, local());

    await s3.send(new PutObjectCommand({ Bucket: 'notes', Key: 'acme/plan', Body: 'sell more anvils' }));
    await db.send(new PutItemCommand({ TableName: 'orders', Item: { customer: { S: 'acme' }, id: { S: '1' } } }));

    expect(await s3.send(new ListObjectsV2Command({ Bucket: 'notes', Prefix: 'acme/' }))).toMatchObject({ KeyCount: 1 });
    const foreign = { TableName: 'orders', Key: { customer: { S: 'globex' }, id: { S: '1' } } };
    await expect(s3.send(new GetObjectCommand({ Bucket: 'notes', Key: 'globex/plan' }))).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(db.send(new GetItemCommand(foreign))).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('let the process itself reach no data', async () => {
    const sts = await stsOf(aws, processRole);
    const s3 = new S3Client({ ...local(), credentials: sts.config.credentials });

    await expect(s3.send(new GetObjectCommand({ Bucket: 'notes', Key: 'acme/plan' }))).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('let nobody except the process assume the role of the tenants', async () => {
    const request = baseSts(aws).send(new AssumeRoleCommand({ RoleArn: tenantRole, RoleSessionName: 'acme' }));

    await expect(request).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

it.each(['s3-folder-per-tenant', 's3-folder-read-only', 'dynamodb-leading-keys'])(
  'the policy of the role in ROLE.md allows everything that the template %s allows a tenant',
  (name) => {
    const { cases } = JSON.parse(readFileSync(join(root, `templates/${name}.json`), 'utf8')) as Template;
    const session = PolicyGenerator.generator()
      .permit(name, name.startsWith('s3') ? { bucket: 'notes' } : { table: 'orders' })
      .in({ region: 'us-east-1', account: '123456789012' })
      .tenant('acme')
      .generate();

    const decisions = cases.allow.map(({ action, resource, context = {} }) =>
      decide({ action, resource, context }, { role: [policyOf(page, 'role')], session }),
    );

    expect(decisions.length).toBeGreaterThan(0);
    expect(decisions.filter(({ decision }) => decision !== 'allow')).toEqual([]);
  },
);

interface Template {
  readonly cases: { readonly allow: readonly { action: string; resource: string; context?: Record<string, string> }[] };
}

describe.each(globSync(['README.md', '{packages,examples}/*/README.md'], { cwd: root }).filter((path) => policyOf(path, 'role') !== null))(
  'the policies of %s',
  (path) => {
    it('are the statements of ROLE.md', () => {
      const [own, complete] = [policyOf(path, 'role'), policyOf(page, 'role')].map(({ Statement }) => [Statement].flat());

      expect(complete).toEqual(expect.arrayContaining(own ?? []));
      expect(policyOf(path, 'trust')).toEqual(policyOf(page, 'trust'));
    });
  },
);

it.each(['express', 'koa', 'nestjs'])('the README of %s has the policy of the role and the trust policy', (name) => {
  const path = `packages/${name}/README.md`;

  expect([policyOf(path, 'role'), policyOf(path, 'trust')]).not.toContain(null);
});

function baseSts({ url, env }: LocalAws): STSClient {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = env;
  return new STSClient({ endpoint: url, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey } });
}

/** A client with the credentials of a role that the base keys assume. */
async function stsOf(aws: LocalAws, RoleArn: string): Promise<STSClient> {
  const { Credentials } = await baseSts(aws).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'process' }));
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '', SessionToken: sessionToken = '' } = Credentials ?? {};
  return new STSClient({ endpoint: aws.url, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey, sessionToken } });
}
