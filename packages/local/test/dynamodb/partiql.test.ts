import {
  type AttributeValue,
  BatchExecuteStatementCommand,
  ExecuteStatementCommand,
  type ExecuteStatementCommandInput,
  ExecuteTransactionCommand,
  GetItemCommand,
  type ParameterizedStatement,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { type DynamoDbHarness, dynamodbHarness } from './dynamodb-harness.ts';
import { hashTable, notesTable } from './tables.ts';

const HERE = `WHERE tenant = 'acme' AND id = '1'`;
const item: Record<string, AttributeValue> = {
  tenant: { S: 'acme' },
  id: { S: '1' },
  text: { S: 'hello' },
  count: { N: '5' },
  tags: { SS: ['a', 'b'] },
  list: { L: [{ S: 'x' }, { N: '2' }] },
  map: { M: { inner: { M: { leaf: { S: 'deep' } } }, open: { BOOL: true } } },
};

let harness: DynamoDbHarness;
beforeEach(async () => {
  harness = await dynamodbHarness([notesTable, hashTable('numbers', 'N')]);
  await harness.client.send(new PutItemCommand({ TableName: 'notes', Item: item }));
  harness.iamRequests.length = 0;
});

function run(Statement: string, more: Partial<ExecuteStatementCommandInput> = {}) {
  return harness.client.send(new ExecuteStatementCommand({ Statement, ...more }));
}

async function rows(Statement: string, more: Partial<ExecuteStatementCommandInput> = {}) {
  return (await run(Statement, more)).Items;
}

async function stored(id = '1', tenant = 'acme') {
  const Key = { tenant: { S: tenant }, id: { S: id } };
  return (await harness.client.send(new GetItemCommand({ TableName: 'notes', Key }))).Item;
}

function transact(TransactStatements: ParameterizedStatement[], more: object = {}) {
  return harness.client.send(new ExecuteTransactionCommand({ TransactStatements, ...more }));
}

const validation = (message: string) => ({ name: 'ValidationException', message });

describe('SELECT', () => {
  it.each([
    `SELECT * FROM "notes" ${HERE}`,
    `select * from notes where 'acme' = tenant and id = '1';`,
    `SELECT * FROM notes WHERE (tenant = 'acme') AND (id = '1' AND ("count" > 4 OR text = 'other'))`,
    `-- a note\nSELECT * /* all */ FROM notes WHERE tenant = 'acme' -- AND id = '2'\n AND id = '1'`,
    `SELECT * FROM notes WHERE "tenant" = 'acme' AND text IS NOT MISSING AND absent IS MISSING`,
    `SELECT * FROM notes ${HERE} AND begins_with(text, 'he') AND contains(tags, 'a') AND attribute_type("map", 'M') AND size(list) = 2`,
    `SELECT * FROM notes ${HERE} AND "count" BETWEEN 1 AND 5e0 AND "count" IN [1, 5.0] AND NOT "count" IN (7, 8) AND "count" NOT BETWEEN 7 AND 8`,
    `SELECT * FROM notes ${HERE} AND "map"."inner".leaf = 'deep' AND list[1] = 2 AND "count" <> -5 AND "count" != .5`,
    `SELECT * FROM notes WHERE tenant = 'acme' AND id BETWEEN '0' AND '2'`,
    `SELECT * FROM notes WHERE tenant = 'acme' AND begins_with(id, '1')`,
  ])('reads the item: %s', async (statement) => {
    expect(await rows(statement)).toEqual([item]);
  });

  it.each([
    `SELECT * FROM notes WHERE tenant = 'acme' AND id = '2'`,
    `SELECT * FROM notes ${HERE} AND text = 'Hello'`,
    `SELECT * FROM notes ${HERE} AND NOT (text = 'hello' OR "count" = 1)`,
    `SELECT * FROM notes WHERE tenant = 'acme' AND id > '1'`,
  ])('reads nothing: %s', async (statement) => {
    expect(await rows(statement)).toEqual([]);
  });

  it('takes values from the parameters, in order', async () => {
    const Parameters = [{ S: 'acme' }, { S: '1' }, { N: '5' }];
    expect(await rows('SELECT text FROM notes WHERE tenant = ? AND id = ? AND "count" = ?', { Parameters })).toEqual([
      { text: { S: 'hello' } },
    ]);
  });

  it('reads a question mark in a string as text', async () => {
    expect(await rows(`SELECT * FROM notes ${HERE} AND text = '?'`)).toEqual([]);
  });

  it('names a column after the last name of its path', async () => {
    expect(await rows(`SELECT "map"."inner".leaf, list[1], text, absent.x FROM notes ${HERE}`)).toEqual([
      { leaf: { S: 'deep' }, 'list[1]': { N: '2' }, text: { S: 'hello' } },
    ]);
    await expect(run(`SELECT text, "map".text FROM notes ${HERE}`)).rejects.toMatchObject(
      validation('Duplicate identifiers in select clause'),
    );
  });

  it('reads a partition in pages', async () => {
    await harness.client.send(new PutItemCommand({ TableName: 'notes', Item: { ...item, id: { S: '2' } } }));
    await harness.client.send(new PutItemCommand({ TableName: 'notes', Item: { ...item, tenant: { S: 'globex' } } }));
    const statement = `SELECT id FROM notes WHERE tenant = 'acme'`;
    const first = await run(statement, { Limit: 1 });
    expect(first).toMatchObject({ Items: [{ id: { S: '1' } }], LastEvaluatedKey: { tenant: { S: 'acme' }, id: { S: '1' } } });
    const second = await run(statement, { NextToken: first.NextToken });
    expect(second.Items).toEqual([{ id: { S: '2' } }]);
    expect(second.NextToken).toBeUndefined();
    const parameterised = { Limit: 1, Parameters: [{ S: 'acme' }, { N: '5.0' }] };
    const started = await run('SELECT id FROM notes WHERE tenant = ? AND "count" = ?', parameterised);
    const next = await rows('SELECT id FROM notes WHERE tenant = ? AND "count" = ?', { ...parameterised, NextToken: started.NextToken });
    expect([started.Items, next]).toEqual([[{ id: { S: '1' } }], [{ id: { S: '2' } }]]);
    const other = `SELECT id FROM notes WHERE tenant = 'globex'`;
    await expect(run(other, { NextToken: first.NextToken })).rejects.toMatchObject(validation('NextToken does not match request'));
    await expect(run(statement, { NextToken: 'x' })).rejects.toMatchObject(validation('Invalid NextToken'));
    const removal = `DELETE FROM notes ${HERE}`;
    await expect(run(removal, { NextToken: first.NextToken })).rejects.toMatchObject(validation('NextToken does not match request'));
  });

  it('reports the consumed capacity on request', async () => {
    const { ConsumedCapacity } = await run(`SELECT * FROM notes ${HERE}`, { ReturnConsumedCapacity: 'TOTAL', ConsistentRead: true });
    expect(ConsumedCapacity).toMatchObject({ TableName: 'notes', CapacityUnits: 1 });
  });
});

describe('INSERT', () => {
  it('stores every type of literal', async () => {
    const value = `{'tenant': 'acme', 'id': 'it''s', 'n': -1.50e1, 'yes': TRUE, 'no': false, 'nil': NULL, 'l': [1, 'a', [], {}],
      'm': {'a-b': {'c': 'é '}}, 'ss': <<'a', 'b'>>, 'ns': <<1, 2.0>>, 'b': ?}`;
    expect(await rows(`INSERT INTO "notes" VALUE ${value}`, { Parameters: [{ B: Buffer.from('xy') }] })).toEqual([]);
    expect(await stored(`it's`)).toEqual({
      tenant: { S: 'acme' },
      id: { S: `it's` },
      n: { N: '-15' },
      yes: { BOOL: true },
      no: { BOOL: false },
      nil: { NULL: true },
      l: { L: [{ N: '1' }, { S: 'a' }, { L: [] }, { M: {} }] },
      m: { M: { 'a-b': { M: { c: { S: 'é ' } } } } },
      ss: { SS: ['a', 'b'] },
      ns: { NS: ['1', '2'] },
      b: { B: new Uint8Array(Buffer.from('xy')) },
    });
  });

  it('reports an existing item, and returns nothing of it', async () => {
    const insert = `INSERT INTO notes VALUE {'tenant': 'acme', 'id': '1'}`;
    const failure: unknown = await run(insert, { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'DuplicateItemException', message: 'Duplicate primary key exists in table' });
    expect(JSON.stringify(failure)).not.toContain('hello');
    expect(await stored()).toEqual(item);
  });
});

describe('UPDATE', () => {
  it('sets, adds and removes', async () => {
    await run(
      `UPDATE notes SET text = 'new', "count" = "count" + ? SET list = list_append(list, [3]) SET tags = SET_ADD(tags, <<'c'>>)
       SET "map".open = NULL REMOVE "map"."inner" ${HERE} AND "count" = 5`,
      { Parameters: [{ N: '2' }] },
    );
    expect(await stored()).toMatchObject({
      text: { S: 'new' },
      count: { N: '7' },
      list: { L: [{ S: 'x' }, { N: '2' }, { N: '3' }] },
      tags: { SS: ['a', 'b', 'c'] },
      map: { M: { open: { NULL: true } } },
    });
    await run(`UPDATE notes SET tags = set_delete(tags, <<'a', 'c'>>) SET "count" = "count" - 1 SET copy = text ${HERE}`);
    expect(await stored()).toMatchObject({ tags: { SS: ['b'] }, count: { N: '6' }, copy: { S: 'new' } });
  });

  it.each([
    ['ALL OLD', [item]],
    ['ALL NEW', [{ ...item, text: { S: 'new' } }]],
    ['MODIFIED OLD', [{ text: { S: 'hello' } }]],
    ['MODIFIED NEW', [{ text: { S: 'new' } }]],
  ])('returns %s *', async (returning, expected) => {
    expect(await rows(`UPDATE notes SET text = 'new' ${HERE} RETURNING ${returning} *`)).toEqual(expected);
  });

  it('returns no row for an attribute that is removed', async () => {
    expect(await rows(`UPDATE notes REMOVE text ${HERE} RETURNING MODIFIED NEW *`)).toEqual([]);
  });

  it('fails for a missing item and for a false condition, and changes nothing', async () => {
    const failed = { name: 'ConditionalCheckFailedException' };
    await expect(run(`UPDATE notes SET a = 1 WHERE tenant = 'acme' AND id = '9'`)).rejects.toMatchObject(failed);
    expect(await stored('9')).toBeUndefined();
    await expect(run(`UPDATE notes SET text = 'new' ${HERE} AND text = 'x'`)).rejects.toMatchObject(failed);
    const returning = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
    await expect(run(`UPDATE notes SET text = 'new' ${HERE} AND text = 'x'`, returning)).rejects.toMatchObject({ ...failed, Item: item });
    expect(await stored()).toEqual(item);
  });

  it('rejects a change of the key', async () => {
    await expect(run(`UPDATE notes SET tenant = 'globex' ${HERE}`)).rejects.toMatchObject({ name: 'ValidationException' });
    expect(await stored()).toEqual(item);
  });
});

describe('DELETE', () => {
  it('deletes the item, and returns it on request', async () => {
    expect(await rows(`DELETE FROM "notes" ${HERE} AND text = 'hello' RETURNING ALL OLD *`)).toEqual([item]);
    expect(await stored()).toBeUndefined();
  });

  it('compares lists by their values', async () => {
    await expect(run(`DELETE FROM notes ${HERE} AND list = ['x', 3]`)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect(await rows(`DELETE FROM notes ${HERE} AND list = ['x', 2] RETURNING ALL OLD *`)).toEqual([item]);
  });

  it('succeeds for a missing item, also with a condition', async () => {
    expect(await rows(`DELETE FROM notes WHERE tenant = 'acme' AND id = '9' AND text = 'x' RETURNING ALL OLD *`)).toEqual([]);
  });

  it('fails for a false condition', async () => {
    await expect(run(`DELETE FROM notes ${HERE} AND text = 'x'`)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect(await stored()).toEqual(item);
  });

  it('rejects another RETURNING clause', async () => {
    await expect(run(`DELETE FROM notes ${HERE} RETURNING MODIFIED OLD *`)).rejects.toMatchObject(
      validation('Invalid returning clause: RETURNING MODIFIED OLD *. Only RETURNING ALL OLD * is allowed in DELETE statements.'),
    );
  });
});

describe('a statement that names no single item', () => {
  const KEY = 'Where clause does not contain a mandatory equality on all key attributes';
  const TWICE = 'Multiple conditions on same key tenant. Only single item Update/Insert/Delete are supported';

  it.each([
    [`UPDATE notes SET a = 1 WHERE tenant = 'acme'`, KEY],
    [`UPDATE notes SET a = 1 WHERE tenant = 'acme' OR id = '1'`, KEY],
    [`UPDATE notes SET a = 1`, KEY],
    [`DELETE FROM notes WHERE id = '1'`, KEY],
    [`DELETE FROM notes ${HERE} AND tenant = 'globex'`, TWICE],
    [`DELETE FROM notes WHERE NOT (tenant <> 'acme') AND id = '1'`, KEY],
    [`DELETE FROM notes WHERE tenant IN ['acme'] AND id = '1'`, KEY],
  ])('is rejected as a write: %s', async (statement, message) => {
    await expect(run(statement)).rejects.toMatchObject(validation(message));
    expect(await stored()).toEqual(item);
  });

  it.each([
    'SELECT * FROM notes',
    `SELECT * FROM notes WHERE id = '1'`,
    `SELECT * FROM notes WHERE tenant > 'a'`,
    `SELECT * FROM notes WHERE tenant = 'acme' OR id = '1'`,
    `SELECT * FROM notes WHERE tenant IN ['acme', 'globex']`,
    `SELECT * FROM notes WHERE tenant = 'acme' AND tenant = 'acme'`,
    `SELECT * FROM notes WHERE tenant = id`,
    `SELECT * FROM notes WHERE tenant.x = 'acme'`,
    `SELECT * FROM notes WHERE TENANT = 'acme'`,
    `SELECT * FROM notes."by-time" WHERE tenant = 'acme'`,
  ])('is denied to every caller as a read: %s', async (statement) => {
    await expect(run(statement)).rejects.toMatchObject({ name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } });
  });

  it('reports a missing table', async () => {
    await expect(run(`SELECT * FROM absent WHERE tenant = 'acme'`)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('a statement that is not well formed', () => {
  it.each([
    ['SLECT * FROM notes', 'expected SELECT, INSERT INTO, UPDATE, DELETE FROM or EXISTS at character 1'],
    [`SELECT * FROM notes ${HERE} AND text = 'x`, 'expected a token at character 67'],
    [`SELECT * FROM notes ${HERE} extra`, 'expected the end at character 56'],
    [`INSERT INTO notes VALUE {'tenant': 'acme', 'id': '2', 'm': {"a": 1}}`, 'expected a name in single quotes at character 61'],
    [`SELECT a FROM notes ${HERE} AND list[-1] = 1`, 'expected an index of a list at character 65'],
    [`UPDATE notes SET select = 1 ${HERE}`, 'expected a name at character 18'],
    [`SELECT * FROM notes ${HERE} AND contains(text)`, 'expected 2 arguments of contains before this at character 74'],
  ])('is rejected: %s', async (statement, reason) => {
    await expect(run(statement)).rejects.toMatchObject(validation(`Statement wasn't well formed, can't be processed: ${reason}`));
  });

  it.each([
    [`INSERT INTO notes VALUE {'tenant': 'acme', 'id': '2', 'a': 1, 'a': 1}`, 'A name is twice in one tuple', []],
    [`INSERT INTO notes VALUE {'tenant': 'acme', 'id': '2', 's': <<>>}`, 'A set must have one or more elements', []],
    [`INSERT INTO notes VALUE {'tenant': 'acme', 'id': '2', 's': <<1, 'a'>>}`, 'A set must have one or more elements', []],
    [`INSERT INTO notes VALUE {'tenant': 'acme', 'id': '2', 's': <<?>>}`, 'A set must have one or more elements', [{ S: 'a', N: '1' }]],
    [`UPDATE notes SET tags = SET_ADD(list, <<'c'>>) ${HERE}`, 'The first argument of SET_ADD and SET_DELETE', []],
    [`SELECT * FROM notes WHERE ${'('.repeat(33)}tenant = 'acme'${')'.repeat(33)}`, 'A statement can have at most 32 nested levels', []],
    [`SELECT * FROM notes ${HERE}${' '.repeat(8192)}`, 'length less than or equal to 8192', []],
    ['SELECT * FROM "no*es" WHERE tenant = 1', 'Table name should be within the length', []],
    [`SELECT * FROM notes ${HERE}`, "Number of parameters in request and statement don't match", [{ S: 'x' }]],
  ])('is rejected with another reason: %s', async (statement, reason, values) => {
    const parameters = values.length > 0 ? { Parameters: values } : {};
    const { status, body } = await harness.send(
      'DynamoDB_20120810.ExecuteStatement',
      JSON.stringify({ Statement: statement, ...parameters }),
    );
    expect([status, body['__type']]).toEqual([400, 'com.amazon.coral.validate#ValidationException']);
    expect(body['message']).toContain(reason);
  });

  it.each([
    `SELECT * FROM notes WHERE "__proto__" = 1`,
    `UPDATE notes SET a.__proto__ = 1 ${HERE}`,
    `INSERT INTO notes VALUE {'tenant': 'acme', 'id': '2', '__proto__': {'a': 1}}`,
  ])('is rejected for the name `__proto__`: %s', async (statement) => {
    await expect(run(statement)).rejects.toMatchObject({ name: 'SerializationException' });
    expect(await stored('2')).toBeUndefined();
  });

  it.each([
    ['ORDER', `SELECT * FROM notes ${HERE} ORDER BY id`],
    ['AS', 'SELECT * FROM notes AS n'],
    ['LIKE', `SELECT * FROM notes ${HERE} AND text LIKE 'a%'`],
    ['DISTINCT', 'SELECT DISTINCT text FROM notes'],
    ['ON', `INSERT INTO notes VALUE {'tenant': 'acme', 'id': '2'} ON CONFLICT DO NOTHING`],
  ])('is refused by name for the unsupported %s', async (word, statement) => {
    await expect(run(statement)).rejects.toMatchObject({
      name: 'NotImplemented',
      message: `${word} in a PartiQL statement is not supported by the local AWS`,
    });
  });
});

describe('BatchExecuteStatement', () => {
  const batch = (...Statements: (string | object)[]) =>
    harness.client.send(
      new BatchExecuteStatementCommand({
        Statements: Statements.map((statement) => (typeof statement === 'string' ? { Statement: statement } : (statement as never))),
        ReturnConsumedCapacity: 'TOTAL',
      }),
    );

  it('reads items, each with its own result or error', async () => {
    const { Responses, ConsumedCapacity } = await batch(
      `SELECT "map".open FROM notes ${HERE}`,
      `SELECT * FROM notes WHERE tenant = 'acme' AND id = '9'`,
      `SELECT * FROM notes WHERE tenant = 'acme'`,
      `SELECT * FROM notes ${HERE} AND text = 'hello'`,
      `SELECT * FROM notes ${HERE} AND tenant = 'globex'`,
      'SLECT *',
      `SELECT * FROM absent WHERE tenant = 'acme'`,
      { Statement: 'SELECT * FROM notes WHERE tenant = ? AND id = ?', Parameters: [{ S: 'acme' }] },
    );
    const noKey = {
      Code: 'ValidationError',
      Message: 'Select statements within BatchExecuteStatement must specify the primary key in the where clause.',
    };
    expect(Responses).toEqual([
      { TableName: 'notes', Item: { open: { BOOL: true } } },
      { TableName: 'notes' },
      { TableName: 'notes', Error: noKey },
      { TableName: 'notes', Error: noKey },
      { TableName: 'notes', Error: noKey },
      { Error: { Code: 'ValidationError', Message: expect.stringContaining("Statement wasn't well formed") as string } },
      { TableName: 'absent', Error: { Code: 'ResourceNotFound', Message: 'Requested resource not found' } },
      { Error: { Code: 'ValidationError', Message: "Number of parameters in request and statement don't match." } },
    ]);
    expect(ConsumedCapacity).toHaveLength(2);
  });

  it('writes items, each with its own result or error', async () => {
    const { Responses } = await batch(
      `INSERT INTO notes VALUE {'tenant': 'acme', 'id': '2'}`,
      `INSERT INTO notes VALUE {'tenant': 'acme', 'id': '1'}`,
      `UPDATE notes SET text = 'new' ${HERE} RETURNING MODIFIED NEW *`,
      { Statement: `UPDATE notes SET a = 1 ${HERE} AND text = 'x'`, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' },
      `DELETE FROM notes WHERE tenant = 'acme' AND id = '2' RETURNING ALL OLD *`,
    );
    expect(Responses).toMatchObject([
      { TableName: 'notes' },
      { TableName: 'notes', Error: { Code: 'DuplicateItem' } },
      { TableName: 'notes', Item: { text: { S: 'new' } } },
      { TableName: 'notes', Error: { Code: 'ConditionalCheckFailed', Item: { text: { S: 'new' } } } },
      { TableName: 'notes', Item: { id: { S: '2' } } },
    ]);
  });

  it('rejects a batch of reads and writes, of more than 25 statements, and of none', async () => {
    const read = `SELECT * FROM notes ${HERE}`;
    await expect(batch(read, `DELETE FROM notes ${HERE}`)).rejects.toMatchObject(
      validation('The statements of a batch must be either all reads or all writes'),
    );
    await expect(batch(...Array.from({ length: 26 }, () => read))).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(batch()).rejects.toMatchObject({ name: 'ValidationException' });
    expect(await stored()).toEqual(item);
  });
});

describe('ExecuteTransaction', () => {
  const insert = (id: string) => ({ Statement: `INSERT INTO notes VALUE {'tenant': 'acme', 'id': ?}`, Parameters: [{ S: id }] });

  it('reads all items', async () => {
    const other = { Statement: `SELECT * FROM notes WHERE tenant = 'acme' AND id = '9'` };
    const { Responses } = await transact([{ Statement: `SELECT text FROM notes ${HERE}` }, other]);
    expect(Responses).toEqual([{ Item: { text: { S: 'hello' } } }, {}]);
  });

  it('writes all items, or none', async () => {
    const exists = (condition: string) => ({ Statement: `EXISTS(SELECT * FROM notes ${HERE} AND ${condition})` });
    await transact([insert('2'), exists('absent IS MISSING')]);
    expect(await stored('2')).toBeDefined();
    await expect(transact([insert('3'), exists('text IS MISSING')])).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }],
    });
    await expect(transact([insert('3'), insert('1')])).rejects.toMatchObject({
      CancellationReasons: [{ Code: 'None' }, { Code: 'DuplicateItem', Message: 'Duplicate primary key exists in table' }],
    });
    expect(await stored('3')).toBeUndefined();
  });

  it('is executed once for one token', async () => {
    const add = [{ Statement: `UPDATE notes SET "count" = "count" + 1 ${HERE}` }];
    const token = { ClientRequestToken: 'token' };
    await transact(add, token);
    await transact(add, token);
    expect(await stored()).toMatchObject({ count: { N: '6' } });
    await expect(transact([insert('2')], token)).rejects.toMatchObject({ name: 'IdempotentParameterMismatchException' });
  });

  it.each([
    [`UPDATE notes SET a = 1 ${HERE} RETURNING ALL NEW *`, 'RETURNING clause is not supported in ExecuteTransaction.'],
    [`SELECT * FROM notes."by-time" WHERE tenant = 'acme'`, 'Reads on indices are not supported within transactions.'],
    [
      `SELECT * FROM notes WHERE tenant = 'acme'`,
      'Select statements within ExecuteTransaction must specify the primary key in the where clause.',
    ],
    [`EXISTS(SELECT * FROM notes ${HERE})`, 'EXISTS() must contain a single item read with additional condition'],
    [`DELETE FROM notes WHERE tenant = 'acme'`, 'Where clause does not contain a mandatory equality on all key attributes'],
  ])('rejects %s', async (Statement, message) => {
    await expect(transact([{ Statement }])).rejects.toMatchObject(validation(`Validation failed in TransactStatements[0]: ${message}`));
  });

  it('rejects reads with writes, two statements on one item, and EXISTS outside a transaction', async () => {
    const read = { Statement: `SELECT * FROM notes ${HERE}` };
    await expect(transact([read, insert('2')])).rejects.toMatchObject(
      validation('The statements of a transaction must be either all reads or all writes'),
    );
    await expect(transact([insert('2'), insert('2')])).rejects.toMatchObject({ name: 'ValidationException' });
    expect(await stored('2')).toBeUndefined();
    await expect(run(`EXISTS(SELECT * FROM notes ${HERE} AND text IS MISSING)`)).rejects.toMatchObject(
      validation('EXISTS can only be used in ExecuteTransaction write requests.'),
    );
  });
});
