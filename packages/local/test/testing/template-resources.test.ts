import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tablesOf } from '../../src/testing/tables.ts';
import { resourcesOfTemplates } from '../../src/testing/template-resources.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenant-aws-templates-'));
  const statement = (Action: string, Resource: string | string[]): string => JSON.stringify({ Effect: 'Allow', Action, Resource });
  const arn = (service: string, name: string): string => `arn:{{partition}}:${service}:{{region}}:{{account}}:${name}`;
  await writeFile(join(folder, 'silo.json'), statement('s3:GetObject', 'arn:aws:s3:::{{tenant}}-data/*'));
  await writeFile(
    join(folder, 'jobs.json'),
    statement('sqs:SendMessage', [arn('sqs', '{{tenant}}-{{queue}}'), arn('sns', '{{tenant}}-{{queue}}')]),
  );
  await writeFile(join(folder, 'any-bucket.json'), statement('s3:GetObject', 'arn:aws:s3:::*/{{tenant}}/*'));
  await writeFile(join(folder, 'public.json'), statement('s3:GetObject', 'arn:aws:s3:::{{bucket}}/public/*'));
});
afterAll(() => rm(folder, { recursive: true }));

function names(env: Record<string, string>) {
  const found = resourcesOfTemplates(env, ['acme', 'globex'], { region: 'us-east-1', account: '000000000000' });
  return Object.fromEntries(Object.entries(found).flatMap(([kind, set]) => (set.size > 0 ? [[kind, [...set]]] : [])));
}

describe('resourcesOfTemplates', () => {
  it('reads the buckets and tables of the shipped templates, with shared and own variables', () => {
    expect(
      names({
        TENANT_AWS_TEMPLATES: 's3-folder-per-tenant, dynamodb-leading-keys?table=orders,dynamodb-leading-keys?table=invoices',
        TENANT_AWS_VAR_BUCKET: 'notes',
      }),
    ).toEqual({ buckets: ['notes'], tables: ['orders', 'invoices'] });
  });

  it('reads a bucket, a queue and a topic for each tenant from templates in a folder', () => {
    const env = { TENANT_AWS_TEMPLATE_SOURCE: folder, TENANT_AWS_TEMPLATES: 'silo,jobs?queue=jobs' };
    const jobs = ['acme-jobs', 'globex-jobs'];
    expect(names(env)).toEqual({ buckets: ['acme-data', 'globex-data'], queues: jobs, topics: jobs });
  });

  it('reads own templates beside the shipped ones', () => {
    const env = { TENANT_AWS_TEMPLATE_SOURCE: `shipped, ${folder}`, TENANT_AWS_TEMPLATES: 'silo,s3-folder-per-tenant?bucket=notes' };
    expect(names(env)).toEqual({ buckets: ['acme-data', 'notes', 'globex-data'] });
  });

  it('reads no name from a wildcard, and reads templates without a tenant, which an app may declare as shared', () => {
    const env = { TENANT_AWS_TEMPLATE_SOURCE: folder, TENANT_AWS_TEMPLATES: 'any-bucket,public?bucket=assets' };
    expect(names(env)).toEqual({ buckets: ['assets'] });
  });

  it('finds nothing without templates: they may be in the code of the app', () => {
    expect(names({})).toEqual({});
    expect(names({ TENANT_AWS_TEMPLATES: '' })).toEqual({});
  });

  it.each([
    ['s3-folder', 'there is no template "s3-folder"'],
    ['s3-folder-per-tenant', '`bucket`'],
    ['s3-folder-per-tenant?bucket=%', 'URI malformed'],
  ])('reports templates that cannot be filled: %s', (templates, reason) => {
    const read = () => names({ TENANT_AWS_TEMPLATES: templates });
    expect(read).toThrow('the buckets and tables cannot be read from `TENANT_AWS_TEMPLATES`: ');
    expect(read).toThrow(reason);
  });
});

describe('tablesOf', () => {
  it('makes a table of the names of its keys, or of an input of CreateTable', () => {
    const schema = {
      KeySchema: [{ AttributeName: 'n', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'n', AttributeType: 'N' }],
    };
    expect(tablesOf({ orders: ['customer', 'id'], counters: schema }, ['orders'])).toEqual([
      {
        TableName: 'orders',
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'customer', KeyType: 'HASH' },
          { AttributeName: 'id', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'customer', AttributeType: 'S' },
          { AttributeName: 'id', AttributeType: 'S' },
        ],
      },
      { TableName: 'counters', BillingMode: 'PAY_PER_REQUEST', ...schema },
    ]);
  });

  it('requires the keys of every table that a template or the test data names', () => {
    const keys = { orders: ['id'] } as const;
    expect(() => tablesOf(keys, ['orders', 'invoices', 'constructor'])).toThrow(
      "the templates do not have the keys of the tables `invoices`, `constructor`: name the partition key and the sort key, such as tables: { 'invoices': ['customer', 'id'] }",
    );
  });
});
