import { BatchGetItemCommand, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { CopyObjectCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { type TenantAws, TokenVendingMachine } from '@tenant-aws/core';
import type { Condition, OneOrMany, Statement } from '@tenant-aws/policy';
import { beforeEach, describe, expect, it } from 'vitest';
import { identityOf, optionsFor } from '../../packages/core/test/local-machine.ts';
import { libraryOf, refusal } from '../../packages/policy/test/fixtures.ts';
import { notesAws } from '../support/local-aws-per-file.ts';
import { bucket, seed, table } from '../support/notes-aws.ts';

// Every template here gives one tenant access to another's data. The test shows the access on the local AWS, and that the library refuses the template.

const aws = notesAws();
const SECRET = "globex's secret";

interface Leak {
  readonly statement: Statement | readonly Statement[];
  /** Accesses another tenant's data as acme, and returns it. */
  readonly reach: (acme: TenantAws) => Promise<unknown>;
}

const objects = `arn:aws:s3:::${bucket}/*`;
const orders = `arn:aws:dynamodb:us-east-1:000000000000:table/${table}`;

function getAny(condition: Condition): Statement {
  return { Effect: 'Allow', Action: 's3:GetObject', Resource: objects, Condition: condition };
}

function list(condition: Condition): Statement {
  return { Effect: 'Allow', Action: 's3:ListBucket', Resource: `arn:aws:s3:::${bucket}`, Condition: condition };
}

function items(Action: OneOrMany<string>, condition: Condition): Statement {
  return { Effect: 'Allow', Action, Resource: orders, Condition: condition };
}

async function readSecret(acme: TenantAws, headers: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const command = new GetObjectCommand({ Bucket: bucket, Key: 'globex/secret' });
  command.middlewareStack.add(
    (next) => (args) => {
      Object.assign((args.request as { headers: object }).headers, headers);
      return next(args);
    },
    { step: 'build', priority: 'low' },
  );
  return (await acme.client(S3Client).send(command)).Body?.transformToString();
}

async function listSecret(acme: TenantAws, Prefix?: string): Promise<unknown> {
  const { Contents = [] } = await acme
    .client(S3Client)
    .send(new ListObjectsV2Command({ Bucket: bucket, ...(Prefix !== undefined && { Prefix }) }));
  return Contents.some(({ Key }) => Key === 'globex/secret') ? SECRET : undefined;
}

async function overwriteSecret(acme: TenantAws): Promise<unknown> {
  await acme.client(S3Client).send(new CopyObjectCommand({ Bucket: bucket, Key: 'globex/secret', CopySource: `${bucket}/acme/own` }));
  return SECRET;
}

async function batch(acme: TenantAws, ...customers: string[]): Promise<unknown> {
  const Keys = customers.map((customer) => ({ customer: { S: customer }, id: { S: '1' } }));
  const { Responses } = await acme.client(DynamoDBClient).send(new BatchGetItemCommand({ RequestItems: { [table]: { Keys } } }));
  return Responses?.[table]?.at(-1)?.text?.S;
}

async function scan(acme: TenantAws): Promise<unknown> {
  const { Items = [] } = await acme.client(DynamoDBClient).send(new ScanCommand({ TableName: table }));
  return Items.find(({ customer }) => customer?.S === 'globex')?.text?.S;
}

const own = '{{tenant}}/*';
const leaks: Readonly<Record<string, Leak>> = {
  'a list of resources with all objects in addition to its own': {
    statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: [`arn:aws:s3:::${bucket}/{{tenant}}/*`, objects] },
    reach: (acme) => readSecret(acme),
  },
  "a list of resources with another tenant's objects in addition to its own": {
    statement: {
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: [`arn:aws:s3:::${bucket}/{{tenant}}/*`, `arn:aws:s3:::${bucket}/globex/*`],
    },
    reach: (acme) => readSecret(acme),
  },
  'a list of prefixes with the empty prefix': {
    statement: list({ StringLike: { 's3:prefix': ['', own] } }),
    reach: (acme) => listSecret(acme, ''),
  },
  'a list of prefixes with a constant': {
    statement: list({ StringLike: { 's3:prefix': [own, 'glob*'] } }),
    reach: (acme) => listSecret(acme, 'globex/'),
  },
  'a prefix under IfExists': {
    statement: list({ StringLikeIfExists: { 's3:prefix': own } }),
    reach: (acme) => listSecret(acme),
  },
  'a prefix under ForAllValues, which is true without a prefix': {
    statement: list({ 'ForAllValues:StringLike': { 's3:prefix': own } }),
    reach: (acme) => listSecret(acme),
  },
  'a prefix under ForAllValues and Null, which are true for an empty prefix': {
    statement: list({ 'ForAllValues:StringLike': { 's3:prefix': own }, Null: { 's3:prefix': 'false' } }),
    reach: (acme) => listSecret(acme, ''),
  },
  'a referer that names the tenant': {
    statement: getAny({ StringEquals: { 'aws:Referer': '{{tenant}}' } }),
    reach: (acme) => readSecret(acme, { referer: 'acme' }),
  },
  'a user agent that names the tenant': {
    statement: getAny({ StringEquals: { 'aws:UserAgent': '{{tenant}}' } }),
    reach: (acme) => readSecret(acme, { 'user-agent': 'acme' }),
  },
  'a copy source in its own folder': {
    statement: [
      { Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/{{tenant}}/*` },
      {
        Effect: 'Allow',
        Action: 's3:PutObject',
        Resource: objects,
        Condition: { StringLike: { 's3:x-amz-copy-source': `${bucket}/{{tenant}}/*` } },
      },
    ],
    reach: overwriteSecret,
  },
  'leading keys under ForAnyValue': {
    statement: items('dynamodb:BatchGetItem', { 'ForAnyValue:StringEquals': { 'dynamodb:LeadingKeys': '{{tenant}}' } }),
    reach: (acme) => batch(acme, 'acme', 'globex'),
  },
  'leading keys without a set operator': {
    statement: items('dynamodb:BatchGetItem', { StringEquals: { 'dynamodb:LeadingKeys': '{{tenant}}' } }),
    reach: (acme) => batch(acme, 'acme', 'globex'),
  },
  'leading keys of a scan, which sends none': {
    statement: items(['dynamodb:GetItem', 'dynamodb:Scan'], { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': '{{tenant}}' } }),
    reach: scan,
  },
};

describe('a template that leaks', () => {
  beforeEach(async () => {
    await seed(aws, 'globex/secret', SECRET);
    await seed(aws, 'acme/own', 'own');
    const admin = new DynamoDBClient({ endpoint: aws.url, region: 'us-east-1', credentials: aws.admin });
    for (const customer of ['acme', 'globex', 'ACME'])
      await admin.send(new PutItemCommand({ TableName: table, Item: { customer: { S: customer }, id: { S: '1' }, text: { S: SECRET } } }));
    admin.destroy();
  });

  it.each(Object.entries(leaks))('is refused with %s', async (_, { statement, reach }) => {
    const library = libraryOf({ wide: statement }, { shared: ['wide'] });
    const machine = new TokenVendingMachine(optionsFor(aws, { library, permissions: ['wide'], variables: {} }));
    const acme = machine.for(identityOf('acme'));

    expect(await reach(acme)).toBe(SECRET);
    expect(refusal(() => libraryOf({ wide: statement })).faults).toContain('names no tenant');
    await machine.close();
  });
});
