import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { S3_OPERATIONS } from '../../src/services/s3/operations.ts';
import { clientConfig, start } from '../start-aws.ts';
import { type ModelledOperation, modelledOperations } from './sdk-model.ts';

/** Operations for which the SDK has no command. */
const WITHOUT_COMMAND = new Set(['PostObject']);
const ROWS = new Map(S3_OPERATIONS.map((row) => [row.operation, row]));
const MODEL = modelledOperations();
const ABSENT = MODEL.filter(({ name }) => !ROWS.has(name));
const PRESENT = MODEL.filter(({ name }) => ROWS.has(name));

let aws: LocalAws;
let s3: S3Client;
beforeAll(async () => {
  aws = await start();
  s3 = new S3Client({ ...clientConfig(aws, aws.admin), disableHostPrefix: true });
  await s3.send(new PutObjectCommand({ Bucket: 'pool', Key: 'acme/k', Body: 'kept' }));
});
afterAll(async () => {
  s3.destroy();
  await aws.close();
});

/** Sends a request with all permissions, so that only the table can refuse it. */
async function attempt(operation: ModelledOperation, more: Readonly<Record<string, unknown>> = {}) {
  aws.calls.length = 0;
  const command = operation.command({ ...operation.required, ...more }).command as GetObjectCommand;
  const status = await s3.send(command).then(
    ({ $metadata }) => $metadata.httpStatusCode,
    (error: { $metadata?: { httpStatusCode?: number } }) => error.$metadata?.httpStatusCode,
  );
  return { status, decisions: aws.calls.map(({ decision }) => decision) };
}

async function expectNothingTouched() {
  const { Contents, KeyCount } = await s3.send(new ListObjectsV2Command({ Bucket: 'pool' }));
  expect([KeyCount, Contents?.[0]?.Key]).toEqual([1, 'acme/k']);
  const { Body, ContentType } = await s3.send(new GetObjectCommand({ Bucket: 'pool', Key: 'acme/k' }));
  expect([await Body?.transformToString(), ContentType]).toEqual(['kept', 'application/octet-stream']);
}

describe("the operations of the SDK's model", () => {
  it('are all known by name: 33 are supported, 79 are not', () => {
    expect(PRESENT.map(({ name }) => name).toSorted()).toEqual([...ROWS.keys()].filter((name) => !WITHOUT_COMMAND.has(name)).toSorted());
    expect([PRESENT.length, ABSENT.length]).toEqual([33, 79]);
  });

  it.each(ABSENT)('return 501 for $name, which changes nothing', async (operation) => {
    const { status, decisions } = await attempt(operation);
    expect({ status, decisions }).toEqual({ status: 501, decisions: ['refused'] });
    await expectNothingTouched();
  });
});

describe("the headers and parameters of the SDK's model", () => {
  const unknown = PRESENT.flatMap((operation) =>
    operation.optional.filter((part) => !isKnown(operation.name, part)).map((part) => ({ operation, part })),
  );

  it('include 91 that the table does not support', () => {
    expect(unknown.length).toBe(91);
  });

  it.each(unknown.map(({ operation, part }) => [operation.name, part.name, operation, part] as const))(
    'return 501 for %s with %s',
    async (_name, _part, operation, { member, value }) => {
      const { status, decisions } = await attempt(operation, { [member]: value });
      expect({ status, decisions }).toEqual({ status: 501, decisions: ['refused'] });
    },
  );

  it('have changed nothing', expectNothingTouched);
});

function isKnown(operation: string, { kind, name }: { readonly kind: 'query' | 'header'; readonly name: string }): boolean {
  const row = ROWS.get(operation);
  if (kind === 'query')
    return [...(row?.params ?? []), ...(row?.requires ?? []).map(([required]) => required)].some((known) => known.toLowerCase() === name);
  return !/^(?:x-amz-|if-|range$|content-md5$)/.test(name) || (row?.headers ?? []).includes(name) || row?.requiresHeader === name;
}
