import { crc32 } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { type DynamoDbHarness, dynamodbHarness } from './dynamodb-harness.ts';
import { notesTable } from './tables.ts';

const GET = 'DynamoDB_20120810.GetItem';
const key = '"Key":{"tenant":{"S":"acme"},"id":{"S":"1"}}';

let harness: DynamoDbHarness;
beforeEach(async () => {
  harness = await dynamodbHarness([notesTable]);
});

describe('the service of DynamoDB', () => {
  it('returns the headers that an SDK expects', async () => {
    const { status, headers, body } = await harness.send(GET, `{"TableName":"notes",${key}}`);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': expect.stringMatching(/./) });
    expect(headers['x-amz-crc32']).toBe(String(crc32(JSON.stringify(body))));
  });

  it.each([
    ['an empty body', ''],
    ['half an object', '{"TableName":"notes"'],
    ['an array', '[]'],
    ['a string', '"notes"'],
    ['two objects', '{}{}'],
    ['a trailing comma', `{"TableName":"notes",${key},}`],
    ['TableName twice', `{"TableName":"notes","TableName":"other",${key}}`],
    ['TableName twice, once escaped', `{"TableName":"notes","Table\\u004eame":"other",${key}}`],
    ['one key twice', '{"TableName":"notes","Key":{"tenant":{"S":"acme","S":"globex"},"id":{"S":"1"}}}'],
    ['the name __proto__', '{"TableName":"notes","Key":{"__proto__":{"S":"acme"},"id":{"S":"1"}}}'],
    ['a lone surrogate', '{"TableName":"notes","Key":{"tenant":{"S":"\\ud800"},"id":{"S":"1"}}}'],
    ['a control character', '{"TableName":"notes","Key":{"tenant":{"S":"a\u0000"},"id":{"S":"1"}}}'],
    ['a bad escape', '{"TableName":"not\\es"}'],
    ['a byte order mark', `\ufeff{"TableName":"notes",${key}}`],
    ['a comment', `{"TableName":"notes",${key}}//`],
    ['a number out of range', '{"TableName":"notes","Limit":1e999}'],
    ['a hexadecimal number', '{"TableName":"notes","Limit":0x1}'],
    ['a null among the keys', '{"RequestItems":{"notes":{"Keys":[null]}}}'],
    ['deep nesting', `{"TableName":${'['.repeat(5000)}`],
    ['deep nesting that is closed', `{"TableName":${'['.repeat(5000)}${']'.repeat(5000)}}`],
  ])('rejects %s as malformed', async (_, body) => {
    const target = body.includes('RequestItems') ? 'DynamoDB_20120810.BatchGetItem' : GET;
    const answer = await harness.send(target, body);
    expect(answer).toMatchObject({ status: 400, body: { __type: 'com.amazon.coral.service#SerializationException' } });
    expect(harness.iamRequests).toEqual([]);
  });

  it('rejects invalid UTF-8', async () => {
    const [before = '', after = ''] = `{"TableName":"notes",${key}}`.split('acme');
    const answer = await harness.send(GET, Buffer.concat([Buffer.from(before), Buffer.from([0xff]), Buffer.from(after)]));
    expect(answer).toMatchObject({ status: 400, body: { __type: 'com.amazon.coral.service#SerializationException' } });
  });

  it.each([
    ['at the top', '"Colour":1', 'GetItem.Colour'],
    ['with the name of an inherited property', '"constructor":{}', 'GetItem.constructor'],
    ['of another operation', '"Limit":1', 'GetItem.Limit'],
  ])('rejects an unknown parameter: %s', async (_, more, name) => {
    const { status, body } = await harness.send(GET, `{"TableName":"notes",${key},${more}}`);
    expect(status).toBe(501);
    expect(body).toMatchObject({ __type: 'com.amazon.coral.service#NotImplemented', message: expect.stringContaining(name) });
  });

  it.each([
    ['BatchGetItem', '{"RequestItems":{"notes":{"Keys":[{"tenant":{"S":"acme"},"id":{"S":"1"}}],"Colour":1}}}'],
    ['PutItem', '{"TableName":"notes","Item":{"tenant":{"S":"acme"},"id":{"S":"1"},"x":{"M":{"y":{"L":[{"Q":"1"}]}}}}}'],
    ['PutItem', '{"TableName":"notes","Item":{"tenant":{"S":"acme"},"id":{"S":"1"}},"Expected":{"x":{"Colour":1}}}'],
    [
      'TransactWriteItems',
      '{"TransactItems":[{"Put":{"TableName":"notes","Item":{"tenant":{"S":"acme"},"id":{"S":"1"}},"ReturnValues":"ALL_OLD"}}]}',
    ],
    ['TransactWriteItems', '{"TransactItems":[{"Colour":{}}]}'],
  ])('rejects an unknown nested parameter of %s: %s', async (operation, body) => {
    expect((await harness.send(`DynamoDB_20120810.${operation}`, body)).status).toBe(501);
    expect(harness.executed).toEqual([]);
  });

  it.each([
    ['UpdateItem', `{"TableName":"notes",${key},"UpdateExpression":"REMOVE #p","ExpressionAttributeNames":{"#p":"__proto__"}}`],
    ['UpdateItem', `{"TableName":"notes",${key},"UpdateExpression":"REMOVE a.__proto__"}`],
    ['GetItem', `{"TableName":"notes",${key},"ProjectionExpression":"a,__proto__[0]"}`],
    ['GetItem', `{"TableName":"notes",${key},"AttributesToGet":["__proto__"]}`],
    ['Scan', '{"TableName":"notes","FilterExpression":"attribute_exists(#p)","ExpressionAttributeNames":{"#p":"__proto__"}}'],
    ['BatchGetItem', `{"RequestItems":{"notes":{"Keys":[{"tenant":{"S":"acme"},"id":{"S":"1"}}],"AttributesToGet":["__proto__"]}}}`],
  ])('rejects %s with the attribute name __proto__: %s', async (operation, body) => {
    const response = await harness.send(`DynamoDB_20120810.${operation}`, body);
    expect(response).toMatchObject({ status: 400, body: { __type: 'com.amazon.coral.service#SerializationException' } });
    expect(harness.iamRequests).toEqual([]);
  });

  it.each([
    '',
    'GetItem',
    'DynamoDB_20111205.GetItem',
    'DynamoDB_20120810.',
    'DynamoDB_20120810.GetItem.x',
    'DynamoDBStreams_20120810.ListStreams',
  ])('rejects the target %j', async (target) => {
    const answer = await harness.send(target, `{"TableName":"notes",${key}}`);
    expect(answer).toMatchObject({ status: 400, body: { __type: 'com.amazon.coral.service#UnknownOperationException' } });
  });

  it.each(['constructor', 'toString', 'getItem', 'GETITEM', 'Getitem'])('returns 501 for the unknown operation %s', async (name) => {
    expect((await harness.send(`DynamoDB_20120810.${name}`, '{}')).status).toBe(501);
  });

  it.each([
    ['another path', { path: '/x' }],
    ['a query', { path: '/?TableName=other' }],
    ['another method', { method: 'GET' }],
    ['another content type', { headers: { 'content-type': 'text/plain' } }],
  ])('rejects %s', async (_, more) => {
    expect((await harness.send(GET, `{"TableName":"notes",${key}}`, more)).status).toBe(400);
    expect(harness.iamRequests).toEqual([]);
  });

  it('rejects a body of more than 16 MB', async () => {
    const answer = await harness.send(GET, `{"TableName":"notes",${key}}${' '.repeat(16 * 1024 * 1024)}`);
    expect(answer).toMatchObject({ status: 400, body: { message: 'The body is larger than 16777216 bytes' } });
  });

  it('rejects an unknown x-amz header', async () => {
    const answer = await harness.send(GET, `{"TableName":"notes",${key}}`, { headers: { 'x-amz-account-id': '1' } });
    expect(answer.status).toBe(501);
  });
});
