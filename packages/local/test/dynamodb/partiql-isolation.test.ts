import {
  BatchExecuteStatementCommand,
  DynamoDBClient,
  ExecuteStatementCommand,
  ExecuteTransactionCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { assume, clientConfig, start } from '../start-aws.ts';
import { hashTable, notesTable } from './tables.ts';

const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/notes';
const ACTIONS = ['PartiQLSelect', 'PartiQLInsert', 'PartiQLUpdate', 'PartiQLDelete'].map((name) => `dynamodb:${name}`);
const leadingKeys = (tenant: string) => ({
  'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [tenant] },
  Null: { 'dynamodb:LeadingKeys': 'false' },
});
const allow = (Condition: object = {}, more: object = {}) => ({ Effect: 'Allow', Action: ACTIONS, Resource: TABLE, Condition, ...more });
const denied = { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } };
const note = (tenant: string) => ({ tenant: { S: tenant }, id: { S: '1' }, text: { S: `secret of ${tenant}` }, status: { S: 'open' } });

let aws: LocalAws;
let admin: DynamoDBClient;
beforeAll(async () => {
  aws = await start({ tables: [notesTable, hashTable('numbers', 'N')] });
  admin = new DynamoDBClient(clientConfig(aws, aws.admin));
});
afterAll(() => aws.close());
beforeEach(async () => {
  for (const tenant of ['acme', 'globex']) await admin.send(new PutItemCommand({ TableName: 'notes', Item: note(tenant) }));
});

async function session(...Statement: object[]): Promise<DynamoDBClient> {
  const keys = await assume(aws, { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
  return new DynamoDBClient(clientConfig(aws, keys));
}

const run = (client: DynamoDBClient, Statement: string, more: object = {}) =>
  client.send(new ExecuteStatementCommand({ Statement, ...more }));

async function itemsOf(tenant: string) {
  const { Items } = await admin.send(
    new ScanCommand({ TableName: 'notes', FilterExpression: 'tenant = :t', ExpressionAttributeValues: { ':t': { S: tenant } } }),
  );
  return Items;
}

/** Statements on one tenant's items. */
const statements = (tenant: string): [string, string][] => [
  ['SELECT of an item', `SELECT * FROM "notes" WHERE tenant = '${tenant}' AND id = '1'`],
  ['SELECT of a partition', `SELECT * FROM "notes" WHERE tenant = '${tenant}'`],
  ['INSERT', `INSERT INTO "notes" VALUE {'tenant': '${tenant}', 'id': '2'}`],
  ['UPDATE', `UPDATE "notes" SET text = 'changed' WHERE tenant = '${tenant}' AND id = '1' RETURNING ALL OLD *`],
  ['DELETE', `DELETE FROM "notes" WHERE tenant = '${tenant}' AND id = '1' RETURNING ALL OLD *`],
];

describe("a session with a tenant's leading key", () => {
  it.each(statements('acme'))('may execute %s on its own items', async (_, statement) => {
    const client = await session(allow(leadingKeys('acme')));
    await admin.send(new ExecuteStatementCommand({ Statement: `DELETE FROM notes WHERE tenant = 'acme' AND id = '2'` }));
    await expect(run(client, statement)).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } });
    expect(aws.calls.at(-1)).toMatchObject({ operation: 'ExecuteStatement', resource: TABLE, decision: 'allowed' });
  });

  it.each(statements('globex'))("may not execute %s on another tenant's items", async (_, statement) => {
    const client = await session(allow(leadingKeys('acme')));
    await expect(run(client, statement)).rejects.toMatchObject(denied);
    expect(aws.calls.at(-1)).toMatchObject({ operation: 'ExecuteStatement', resource: TABLE, decision: 'denied' });
    const TransactStatements = [{ Statement: statement.replace(/ RETURNING.*/, '') }];
    await expect(client.send(new ExecuteTransactionCommand({ TransactStatements }))).rejects.toMatchObject(denied);
    expect(await itemsOf('globex')).toEqual([note('globex')]);
  });

  it('gets the error message of AWS', async () => {
    const client = await session(allow(leadingKeys('acme')));
    await expect(run(client, `SELECT * FROM notes WHERE tenant = 'globex'`)).rejects.toThrow(
      `User: arn:aws:sts::000000000000:assumed-role/TenantAccess/acme is not authorized to perform: dynamodb:PartiQLSelect on resource: ${TABLE} because no session policy allows the dynamodb:PartiQLSelect action`,
    );
  });

  it('reads, in a batch, its own items and none of another tenant', async () => {
    const client = await session(allow(leadingKeys('acme')));
    const Statements = ['acme', 'globex'].map((tenant) => ({ Statement: `SELECT * FROM notes WHERE tenant = '${tenant}' AND id = '1'` }));
    const { Responses } = await client.send(new BatchExecuteStatementCommand({ Statements }));
    expect(Responses).toEqual([
      { TableName: 'notes', Item: note('acme') },
      {
        TableName: 'notes',
        Error: { Code: 'AccessDenied', Message: `The caller is not authorized to perform: dynamodb:PartiQLSelect on resource: ${TABLE}` },
      },
    ]);
    expect(aws.calls.at(-1)).toMatchObject({ operation: 'BatchExecuteStatement', decision: 'denied' });
  });

  it('writes, in a batch, its own items and none of another tenant', async () => {
    const client = await session(allow(leadingKeys('acme')));
    const change = (tenant: string) => ({ Statement: `UPDATE notes SET text = 'changed' WHERE tenant = '${tenant}' AND id = '1'` });
    const { Responses } = await client.send(new BatchExecuteStatementCommand({ Statements: [change('globex'), change('acme')] }));
    expect(Responses?.map(({ Error }) => Error?.Code)).toEqual(['AccessDenied', undefined]);
    expect(await itemsOf('globex')).toEqual([note('globex')]);
    expect(await itemsOf('acme')).toMatchObject([{ text: { S: 'changed' } }]);
  });

  it("executes no statement of a transaction that also names another tenant's item", async () => {
    const client = await session(allow(leadingKeys('acme')));
    const own = { Statement: `UPDATE notes SET text = 'changed' WHERE tenant = 'acme' AND id = '1'` };
    for (const Statement of [
      `INSERT INTO notes VALUE {'tenant': 'globex', 'id': '2'}`,
      `DELETE FROM notes WHERE tenant = 'globex' AND id = '1'`,
      `EXISTS(SELECT * FROM notes WHERE tenant = 'globex' AND id = '1' AND text IS MISSING)`,
    ]) {
      const TransactStatements = [own, { Statement, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const }];
      await expect(client.send(new ExecuteTransactionCommand({ TransactStatements }))).rejects.toMatchObject(denied);
    }
    expect([await itemsOf('acme'), await itemsOf('globex')]).toEqual([[note('acme')], [note('globex')]]);
    await expect(client.send(new ExecuteTransactionCommand({ TransactStatements: [own] }))).resolves.toBeDefined();
  });

  it('learns nothing about another table', async () => {
    const client = await session(allow(leadingKeys('acme')));
    await expect(run(client, `SELECT * FROM absent WHERE tenant = 'acme'`)).rejects.toMatchObject(denied);
    await expect(run(client, `SELECT * FROM numbers WHERE tenant = 1`)).rejects.toMatchObject(denied);
  });

  it('inserts one item once, however many requests race', async () => {
    const client = await session(allow(leadingKeys('acme')));
    const insert = `INSERT INTO notes VALUE {'tenant': 'acme', 'id': 'race'}`;
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => run(client, insert)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.status === 'rejected' && outcome.reason.name === 'DuplicateItemException')).toHaveLength(
      19,
    );
    await run(client, `DELETE FROM notes WHERE tenant = 'acme' AND id = 'race'`);
  });
});

describe('a policy with ForAllValues but without a Null condition', () => {
  const { Null: _, ...alone } = leadingKeys('acme');

  it.each([
    'SELECT * FROM notes',
    `SELECT * FROM notes WHERE tenant = 'acme' OR tenant = 'globex'`,
    `SELECT * FROM notes WHERE tenant > 'a' AND id = '1'`,
    `SELECT * FROM notes WHERE tenant = 'acme' AND tenant = 'globex'`,
    `SELECT * FROM notes."by-status" WHERE status = 'open'`,
  ])('reads nothing without a leading key: %s', async (statement) => {
    const client = await session(allow(alone, { Resource: [TABLE, `${TABLE}/index/*`] }));
    await expect(run(client, statement)).rejects.toMatchObject(denied);
  });

  it.each([
    `DELETE FROM notes WHERE tenant = 'acme' AND tenant = 'globex' AND id = '1'`,
    `UPDATE notes SET a = 1 WHERE id = '1'`,
    `SELECT * FROM notes WHERE tenant = ? AND id = '1'`,
    `INSERT INTO notes VALUE {'id': '1'}`,
  ])('touches nothing without a leading key: %s', async (statement) => {
    const client = await session(allow(alone));
    const Parameters = statement.includes('?') ? { Parameters: [{ N: '1' }] } : {};
    await expect(run(client, statement, Parameters)).rejects.toMatchObject({ name: 'ValidationException' });
    expect([await itemsOf('acme'), await itemsOf('globex')]).toEqual([[note('acme')], [note('globex')]]);
  });
});

describe('a denied numeric leading key', () => {
  it.each(['2', '2.0', '02', '2e0', '.2e1', '20e-1', '2.', '/**/2'])('is denied when written as %s', async (number) => {
    const Resource = TABLE.replace('notes', 'numbers');
    const condition = { 'ForAnyValue:StringEquals': { 'dynamodb:LeadingKeys': ['2'] } };
    const client = await session(allow({}, { Resource }), { Effect: 'Deny', Action: 'dynamodb:*', Resource, Condition: condition });
    for (const statement of [
      `SELECT * FROM numbers WHERE tenant = ${number}`,
      `INSERT INTO numbers VALUE {'tenant': ${number}}`,
      `UPDATE numbers SET a = 1 WHERE ${number} = tenant`,
      `DELETE FROM numbers WHERE tenant = ${number}`,
    ]) {
      await expect(run(client, statement)).rejects.toMatchObject(denied);
    }
    await expect(run(client, 'SELECT * FROM numbers WHERE tenant = ?', { Parameters: [{ N: '02.0' }] })).rejects.toMatchObject(denied);
    await expect(run(client, 'SELECT * FROM numbers WHERE tenant = -2')).resolves.toBeDefined();
  });
});

describe('the condition keys of a statement', () => {
  const HERE = `WHERE tenant = 'acme' AND id = '1'`;

  it('restrict the attributes that it reads and writes', async () => {
    const condition = {
      'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['acme'], 'dynamodb:Attributes': ['tenant', 'id', 'text'] },
      Null: { 'dynamodb:LeadingKeys': 'false', 'dynamodb:Attributes': 'false' },
      StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES', 'dynamodb:ReturnValues': 'NONE' },
    };
    const client = await session(allow(condition));
    for (const statement of [
      `SELECT * FROM notes ${HERE}`,
      `SELECT text, status FROM notes ${HERE}`,
      `SELECT status.inner FROM notes ${HERE}`,
      `SELECT text FROM notes ${HERE} AND status = 'open'`,
      `INSERT INTO notes VALUE {'tenant': 'acme', 'id': '2', 'status': 'open'}`,
      `UPDATE notes SET status = 'open' ${HERE}`,
      `UPDATE notes SET text = status ${HERE}`,
      `UPDATE notes REMOVE "status" ${HERE}`,
      `UPDATE notes SET text = 'x' ${HERE} AND size(status) > 1`,
      `UPDATE notes SET text = 'x' ${HERE} RETURNING ALL NEW *`,
      `DELETE FROM notes ${HERE} AND status IS NOT MISSING`,
      `DELETE FROM notes ${HERE} RETURNING ALL OLD *`,
    ]) {
      await expect(run(client, statement), statement).rejects.toMatchObject(denied);
    }
    const failing = `UPDATE notes SET text = 'x' ${HERE} AND text = 'y'`;
    await expect(run(client, failing, { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })).rejects.toMatchObject(denied);
    const exists = `EXISTS(SELECT text FROM notes ${HERE} AND text IS MISSING)`;
    await expect(
      client.send(
        new ExecuteTransactionCommand({ TransactStatements: [{ Statement: exists, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }] }),
      ),
    ).rejects.toMatchObject(denied);
    await expect(run(client, `SELECT text FROM notes ${HERE}`)).resolves.toMatchObject({ Items: [{ text: { S: 'secret of acme' } }] });
    await expect(run(client, `UPDATE notes SET text = 'x' ${HERE}`)).resolves.toBeDefined();
  });

  it('distinguish transactions from other operations', async () => {
    const only = { StringEquals: { 'dynamodb:EnclosingOperation': 'ExecuteTransaction' } };
    const client = await session(allow(only));
    const Statement = `SELECT * FROM notes ${HERE}`;
    await expect(run(client, Statement)).rejects.toMatchObject(denied);
    await expect(client.send(new ExecuteTransactionCommand({ TransactStatements: [{ Statement }] }))).resolves.toBeDefined();
    const { Responses } = await client.send(new BatchExecuteStatementCommand({ Statements: [{ Statement }] }));
    expect(Responses).toMatchObject([{ Error: { Code: 'AccessDenied' } }]);
  });

  it('say whether a SELECT reads a whole table', async () => {
    const client = await session(allow(), allow({ Bool: { 'dynamodb:FullTableScan': 'true' } }, { Effect: 'Deny' }));
    await expect(run(client, `SELECT * FROM notes ${HERE}`)).resolves.toBeDefined();
    await expect(run(client, 'SELECT * FROM notes')).rejects.toThrow('with an explicit deny in a session policy');
  });
});
