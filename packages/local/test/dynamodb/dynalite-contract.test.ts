import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { ACTION, db, VALIDATION, validations } from '../../src/services/dynamodb/dynalite.ts';
import { MemoryStore } from '../../src/services/dynamodb/store.ts';

const load = createRequire(import.meta.url);

// The imported parts of dynalite are not public. These tests define the behaviour that is relied on, for exactly this version.
describe('dynalite', () => {
  it('has the version for which its deep imports are written', () => {
    expect(load('dynalite/package.json')).toMatchObject({ version: '4.0.0' });
    const workspace = readFileSync(new URL('../../../../pnpm-workspace.yaml', import.meta.url), 'utf8');
    expect(workspace).toMatch(/dynalite['"]?: ['"]?4\.0\.0['"]?\s/);
  });

  it('has a check and an action for every operation', () => {
    expect(Object.keys(ACTION)).toEqual(Object.keys(VALIDATION));
    for (const { types } of Object.values(VALIDATION)) expect(types).toEqual(expect.any(Object));
    for (const action of Object.values(ACTION)) expect(action).toEqual(expect.any(Function));
  });

  it('returns an error of `custom` as a string, and rewrites the key condition and its numbers in place', () => {
    const data = { TableName: 'notes', KeyConditionExpression: ':t = tenant', ExpressionAttributeValues: { ':t': { N: '02.0' } } };
    expect(VALIDATION.query.custom?.(data, new MemoryStore('1', 'us-east-1'))).toBeUndefined();
    expect(data).toMatchObject({ KeyConditions: { tenant: { ComparisonOperator: 'EQ', AttributeValueList: [{ N: '2' }] } } });
    expect(VALIDATION.query.custom?.({ TableName: 'notes' }, undefined)).toEqual(expect.any(String));
  });

  it('parses expressions into the members that authorisation reads', () => {
    const data = {
      TableName: 'notes',
      Key: {},
      UpdateExpression: 'SET a.b = c.d + :v REMOVE e',
      ConditionExpression: 'attribute_exists(f.g) AND h = :v',
      ExpressionAttributeValues: { ':v': { N: '1' } },
    };
    expect(VALIDATION.updateItem.custom?.(data, undefined)).toBeUndefined();
    expect(data).toMatchObject({
      _updates: {
        sections: [
          { type: 'set', path: ['a', 'b'], val: { type: 'add', args: [['c', 'd'], { N: '1' }] } },
          { type: 'remove', path: ['e'] },
        ],
      },
      _condition: { pathHeads: { f: true, h: true }, expression: { type: 'and' } },
    });
    const read = { TableName: 'notes', Key: {}, ProjectionExpression: 'a, b.c[0]' };
    expect(VALIDATION.getItem.custom?.(read, undefined)).toBeUndefined();
    expect(read).toMatchObject({ _projection: { paths: [['a'], ['b', 'c', 0]] } });
  });

  it('throws errors of the common checks with a status and a body', () => {
    expect(() => validations.checkTypes({ TableName: 1 }, VALIDATION.getItem.types)).toThrow(expect.objectContaining({ statusCode: 400 }));
    expect(() => validations.checkValidations({ TableName: 'x', Key: {} }, VALIDATION.describeTable.types, undefined, undefined)).toThrow(
      expect.objectContaining({ body: { __type: expect.stringContaining('#ValidationException'), message: expect.any(String) } }),
    );
    expect(validations.validateAttributeValue({ N: 'one' })).toContain('numeric');
  });

  it('returns errors of keys instead of throwing them, and compares values', () => {
    const table = {
      TableName: 'notes',
      TableId: '1',
      TableStatus: 'ACTIVE',
      KeySchema: [{ AttributeName: 'tenant', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'tenant', AttributeType: 'S' }],
    };
    expect(db.validateKey({}, table)).toBeInstanceOf(Error);
    expect(db.validateItem({}, table)).toBeInstanceOf(Error);
    expect(db.compare('=', { S: 'acme' }, [{ S: 'acme' }])).toBe(true);
    expect(db.compare('=', undefined, [{ S: 'acme' }])).toBe(false);
    expect(db.compare('every item', undefined, [])).toBe(true);
    expect(db.createKey({ tenant: { S: 'a/b' } }, table)).not.toBe(db.createKey({ tenant: { S: 'a' } }, table));
  });
});
