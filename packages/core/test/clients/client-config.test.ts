import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { TenantAws, TokenVendingMachine } from '@tenant-aws/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucket, everyTemplate, identityOf, localAws, machineFor, table } from '../local-machine.ts';
import { startHoldingServer } from './holding-server.ts';

const aws = localAws();
let tvm: TokenVendingMachine;
let acme: TenantAws;
beforeAll(() => {
  tvm = machineFor(aws, everyTemplate);
  acme = tvm.for(identityOf('acme'));
});
afterAll(() => tvm.close());

const client = (config: object): S3Client => acme.client(S3Client, config as never);
/** A configuration that contains this value. */
const withPart = (part: unknown) => ({ customUserAgent: [['part', part]] }) as object;

describe('a nested configuration', () => {
  const endpointOf = (url: string) => {
    const { protocol, hostname, port } = new URL(url);
    return { protocol, hostname, port: Number(port), path: '/' };
  };

  it('is the one that was given, even if the caller changes it later', async () => {
    await using first = await startHoldingServer('first');
    await using second = await startHoldingServer('second');
    first.release();
    second.release();
    const config = { endpoint: endpointOf(first.url), forcePathStyle: true };
    const read = async (config: object) =>
      (await client(config).send(new GetObjectCommand({ Bucket: bucket, Key: 'acme/note' }))).Body?.transformToString();
    client(config);

    config.endpoint.port = Number(new URL(second.url).port);

    expect(await read({ endpoint: endpointOf(first.url), forcePathStyle: true })).toBe('first');
    expect(await read(config)).toBe('second');
  });

  it('is cached by the values that its getters returned', async () => {
    let reads = 0;
    const config = {
      requestHandler: {
        get requestTimeout() {
          reads += 1;
          return reads;
        },
      },
    };

    const first = client(config);
    expect(client({ requestHandler: { requestTimeout: reads } })).toBe(first);
    expect(client(config)).not.toBe(first);
  });

  it('is read at each call, if it is an instance of a class', async () => {
    class Config {
      region = 'eu-west-1';
    }
    const config = new Config();
    expect(await client(config).config.region()).toBe('eu-west-1');

    config.region = 'eu-west-2';
    expect(await client(config).config.region()).toBe('eu-west-2');
  });

  it('of a document client does not change with the object that was given', async () => {
    const config = { endpoint: aws.url, marshallOptions: { convertEmptyValues: true } };
    const documents = acme.client(DynamoDBDocumentClient, config);
    config.marshallOptions.convertEmptyValues = false;

    await documents.send(new PutCommand({ TableName: table, Item: { customer: 'acme', id: '1', text: '' } }));
    const { Item } = await documents.send(new GetCommand({ TableName: table, Key: { customer: 'acme', id: '1' } }));
    expect(Item?.['text']).toBeNull();
    expect(acme.client(DynamoDBDocumentClient, config)).not.toBe(documents);
  });

  it('keeps objects with methods by reference, because they may have state', async () => {
    const logger = {
      lines: 0,
      info() {
        this.lines += 1;
      },
      debug() {},
      warn() {},
      error() {},
    };
    const s3 = acme.client(DynamoDBClient, { endpoint: aws.url, logger });

    expect(s3.config.logger).toBe(logger);
    s3.config.logger.info();
    expect(logger.lines).toBe(1);
    expect(acme.client(DynamoDBClient, { endpoint: aws.url, logger })).toBe(s3);
    expect(acme.client(DynamoDBClient, { endpoint: aws.url, logger: { ...logger } })).not.toBe(s3);
  });
});

describe('one client', () => {
  const cyclic = () => {
    const config: Record<string, unknown> = { a: 1 };
    config['self'] = config;
    return config;
  };

  it.each([
    ['equal data', () => ({ a: [1, 'x', null, true], b: { c: 1n } })],
    ['NaN', () => Number.NaN],
    ['a registered symbol', () => Symbol.for('part')],
    ['a sparse list', () => Array.from({ length: 3 })],
    ['a cycle', cyclic],
    ['a key called __proto__', () => JSON.parse('{ "__proto__": { "a": 1 } }') as object],
    ['an object without a prototype', () => Object.assign(Object.create(null) as object, { a: 1 })],
  ])('is returned for %s', (_what, part) => {
    expect(client(withPart(part()))).toBe(client(withPart(part())));
  });

  it('is returned where members are undefined, or in another order', () => {
    expect(client(withPart({ a: 1, b: 2, c: undefined }))).toBe(client(withPart({ b: 2, a: 1 })));
  });
});

describe('two clients', () => {
  it.each([
    ['two symbols of one description', Symbol('part'), Symbol('part')],
    ['a symbol and the registered symbol of the same description', Symbol('part'), Symbol.for('part')],
    ['a registered symbol and its text', Symbol.for('part'), 'part'],
    ['equal dates', new Date(0), new Date(0)],
    ['equal patterns', /x/, /x/],
    ['equal maps', new Map([['a', 1]]), new Map([['a', 1]])],
    ['equal sets', new Set([1]), new Set([1])],
    ['equal URLs', new URL('http://a'), new URL('http://a')],
    ['equal buffers', Buffer.from('x'), Buffer.from('x')],
    ['equal functions', () => 1, () => 1],
    ['a number and its text', 1, '1'],
    ['a number and a bigint', 1, 1n],
    ['zero and minus zero', 0, -0],
    ['NaN and its text', Number.NaN, 'NaN'],
    ['null and undefined', null, undefined],
    ['null and its text', null, 'null'],
    ['a list and an object', ['a'], { 0: 'a' }],
    ['lists of different lengths', [1], [1, undefined]],
    ['a list and the list that encodes it', ['x'], ['list', 'x']],
    ['a cycle and the list that encodes it', [['cycle', 0]], cycleOf()],
    ['true and its text', true, 'true'],
    ['a key called __proto__ and no key', JSON.parse('{ "__proto__": { "a": 1 } }'), {}],
  ])('are returned for %s', (_what, one, other) => {
    expect(client(withPart(one))).not.toBe(client(withPart(other)));
  });

  function cycleOf(): unknown[] {
    const list: unknown[] = [];
    list.push(list);
    return list;
  }
});
