import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ItemStore } from '../../src/services/dynamodb/item-store.ts';
import { type DynamoDbHarness, dynamodbHarness } from './dynamodb-harness.ts';
import { hashTable, notesTable } from './tables.ts';

type Item = Readonly<Record<string, { readonly S?: string; readonly N?: string }>>;

const TENANTS = ['acme', 'globex', 'acme-2', 'ACME', "o'brien"];
/** The text of an item of another tenant than acme. */
const FOREIGN = /secret of (?:globex|acme-2|ACME|o'brien)/;
const OPERATIONS = ['ExecuteStatement', 'BatchExecuteStatement', 'ExecuteTransaction'] as const;

let harness: DynamoDbHarness;
let store: ReturnType<typeof spiesOfStore>;

function spiesOfStore() {
  return {
    read: vi.spyOn(ItemStore.prototype, 'read'),
    put: vi.spyOn(ItemStore.prototype, 'put'),
    createValueStream: vi.spyOn(ItemStore.prototype, 'createValueStream'),
  };
}

beforeEach(async () => {
  harness = await dynamodbHarness([notesTable, hashTable('numbers', 'N')]);
  await seed();
  store = spiesOfStore();
});
afterEach(() => vi.restoreAllMocks());

async function seed(): Promise<void> {
  for (const tenant of TENANTS) {
    for (const id of ['1', '2']) {
      const Item = { tenant: { S: tenant }, id: { S: id }, text: { S: `secret of ${tenant}` }, status: { S: 'open' } };
      await send('PutItem', { TableName: 'notes', Item });
    }
  }
  for (const N of ['1', '2']) await send('PutItem', { TableName: 'numbers', Item: { tenant: { N }, text: { S: `secret of ${N}` } } });
}

/** The tenants of all items that the engine has read or written since the last `mockClear`. */
function touchedTenants(): Set<string> {
  const inRange = store.createValueStream.mock.calls.flatMap(([range], i) => [
    ...((store.createValueStream.mock.contexts[i] as ItemStore | undefined)?.snapshot().items.range(range) ?? []),
  ]);
  const items = [
    ...store.read.mock.results.map(({ value }) => value as Item | undefined),
    ...store.put.mock.calls.map(([, item]) => item as Item),
    ...inRange.map((text) => JSON.parse(text) as Item),
  ];
  return new Set(items.flatMap((item) => item?.['tenant']?.S ?? item?.['tenant']?.N ?? []));
}

function forgetTouchedTenants(): void {
  for (const spy of Object.values(store)) spy.mockClear();
}

function send(operation: string, parameters: object) {
  return harness.send(`DynamoDB_20120810.${operation}`, JSON.stringify(parameters));
}

function execute(operation: (typeof OPERATIONS)[number], Statement: string, Parameters?: readonly object[]) {
  const statement = { Statement, ...(Parameters && { Parameters }) };
  if (operation === 'ExecuteStatement') return send(operation, statement);
  return send(operation, operation === 'ExecuteTransaction' ? { TransactStatements: [statement] } : { Statements: [statement] });
}

async function everything(): Promise<unknown> {
  harness.allows = () => true;
  const [notes, numbers] = [await send('Scan', { TableName: 'notes' }), await send('Scan', { TableName: 'numbers' })];
  return [notes.body['Items'], numbers.body['Items']];
}

/** Allows what a policy with ForAllValues and Null allows to the tenant acme. */
function actAsAcme(...leadingKeys: string[]): void {
  harness.allows = ({ context }) => {
    const keys = [context['dynamodb:LeadingKeys'] ?? []].flat();
    return keys.length > 0 && keys.every((key) => leadingKeys.includes(key));
  };
}

/** None of these may touch an item of another tenant than acme. `?` is `globex`. */
const HOSTILE: readonly string[] = [
  // Comments
  `SELECT * FROM notes WHERE tenant = 'acme' -- '\n OR tenant = 'globex'`,
  `SELECT * FROM notes WHERE tenant = 'globex' -- AND tenant = 'acme'`,
  `SELECT * FROM notes WHERE tenant = 'acme' --`,
  `SELECT * FROM notes WHERE tenant = 'acme' /* */ OR 1 = 1 /* */`,
  `SELECT * FROM notes WHERE tenant = /* 'acme' */ 'globex'`,
  `SELECT * FROM notes /* WHERE tenant = 'acme' */`,
  `SELECT * FROM notes WHERE tenant = 'acme' /* /* */ OR tenant = 'globex' */`,
  `SELECT * FROM notes WHERE tenant = 'acme' /*`,
  `SELECT * FROM notes WHERE tenant = 'ac'/**/'me' OR tenant = 'globex'`,
  `SELECT * FROM notes WHERE tenant = 'globex' # 'acme'`,
  // Quotes
  `SELECT * FROM notes WHERE tenant = 'acme'' OR tenant = ''globex'`,
  `SELECT * FROM notes WHERE tenant = 'acme\\' OR tenant = 'globex'`,
  `SELECT * FROM notes WHERE tenant = 'acme`,
  `SELECT * FROM notes WHERE "tenant" = "globex"`,
  `SELECT * FROM notes WHERE 'tenant' = 'acme'`,
  `SELECT * FROM notes WHERE "tenant""" = 'acme'`,
  'SELECT * FROM notes WHERE `tenant` = `globex`',
  `SELECT * FROM "notes" WHERE "tenant" = 'globex'`,
  `SELECT * FROM "notes""" WHERE tenant = 'acme'`,
  // Conditions
  `SELECT * FROM notes WHERE tenant = 'acme' OR 1 = 1`,
  `SELECT * FROM notes WHERE tenant = 'acme' OR tenant = 'globex'`,
  `SELECT * FROM notes WHERE tenant = 'acme' AND id = '1' OR tenant = 'globex' AND id = '1'`,
  `SELECT * FROM notes WHERE (tenant = 'acme' OR tenant = 'globex') AND id = '1'`,
  `SELECT * FROM notes WHERE tenant = 'acme' AND tenant = 'globex'`,
  `SELECT * FROM notes WHERE tenant = 'globex' AND tenant = 'acme' AND id = '1'`,
  `SELECT * FROM notes WHERE tenant = 'globex' AND (tenant = 'acme' AND id = '1')`,
  `SELECT * FROM notes WHERE tenant = ? AND tenant = 'acme'`,
  `SELECT * FROM notes WHERE NOT (tenant = 'acme')`,
  `SELECT * FROM notes WHERE NOT tenant = 'acme' AND id = '1'`,
  `SELECT * FROM notes WHERE NOT (NOT tenant = 'globex')`,
  `SELECT * FROM notes WHERE tenant <> 'acme'`,
  `SELECT * FROM notes WHERE tenant IN ['acme', 'globex']`,
  `SELECT * FROM notes WHERE tenant IN ('globex') AND id = '1'`,
  `SELECT * FROM notes WHERE tenant BETWEEN 'acme' AND 'globex'`,
  `SELECT * FROM notes WHERE begins_with(tenant, 'acme')`,
  `SELECT * FROM notes WHERE tenant >= 'acme'`,
  `SELECT * FROM notes WHERE tenant = id`,
  `SELECT * FROM notes WHERE tenant = tenant`,
  `SELECT * FROM notes WHERE 'acme' = 'acme'`,
  `SELECT * FROM notes WHERE tenant IS NOT MISSING`,
  `SELECT * FROM notes WHERE tenant = ?`,
  `SELECT * FROM notes WHERE tenant = '?'`,
  // Names and paths
  `SELECT * FROM notes WHERE TENANT = 'acme'`,
  `SELECT * FROM notes WHERE "Tenant" = 'acme' AND id = '1'`,
  `SELECT * FROM notes WHERE tenant.x = 'acme'`,
  `SELECT * FROM notes WHERE tenant[0] = 'acme'`,
  `SELECT * FROM notes WHERE notes.tenant = 'acme'`,
  `SELECT * FROM notes WHERE "tenant.x" = 'acme'`,
  `SELECT * FROM notes WHERE size(tenant) = 'acme'`,
  `SELECT * FROM notes WHERE __proto__ = 'acme'`,
  `SELECT * FROM notes WHERE "constructor" = 'acme'`,
  `SELECT * FROM notes WHERE tеnant = 'acme'`,
  `SELECT * FROM notes WHERE ｔenant = ＇acme＇`,
  `SELECT * FROM notes WHERE tenant =\u00a0'globex'`,
  `SELECT * FROM notes WHERE tenant = 'acme\u200b'`,
  `SELECT * FROM notes WHERE tenant = 'acme' \u2028 OR 1 = 1`,
  `\ufeffSELECT * FROM notes WHERE tenant = 'globex'`,
  // Other sources
  `SELECT * FROM notes`,
  `SELECT * FROM notes, notes WHERE tenant = 'acme'`,
  `SELECT * FROM notes AS acme WHERE tenant = 'acme'`,
  `SELECT * FROM notes n WHERE tenant = 'acme'`,
  `SELECT * FROM notes."by-status" WHERE status = 'open'`,
  `SELECT * FROM notes."by-status" WHERE tenant = 'acme' AND status = 'open'`,
  `SELECT * FROM (SELECT * FROM notes) WHERE tenant = 'acme'`,
  `SELECT (SELECT * FROM notes WHERE tenant = 'globex') FROM notes WHERE tenant = 'acme'`,
  `SELECT * FROM notes WHERE tenant = 'acme' AND id IN (SELECT id FROM notes)`,
  `SELECT * FROM notes WHERE tenant = 'acme' UNION SELECT * FROM notes`,
  `SELECT * FROM "../notes" WHERE tenant = 'acme'`,
  `SELECT * FROM notes WHERE tenant = 'acme'; SELECT * FROM notes`,
  `SELECT * FROM notes WHERE tenant = 'acme';; DELETE FROM notes WHERE tenant = 'globex' AND id = '1'`,
  `FROM notes WHERE tenant = 'acme' AND id = '1' SET text = 'x'`,
  // Writes
  `INSERT INTO notes VALUE {'tenant': 'acme', 'tenant': 'globex', 'id': '1'}`,
  `INSERT INTO notes VALUE {'tenant': 'globex', 'id': '3', 'tenant': 'acme'}`,
  `INSERT INTO notes VALUE {'tenant': ?, 'id': '3', 'm': {'tenant': 'acme'}}`,
  `INSERT INTO notes VALUE {'__proto__': {'tenant': 'acme'}, 'id': '3'}`,
  `INSERT INTO notes VALUE {'id': '3'}`,
  `INSERT INTO notes VALUE {'TENANT': 'acme', 'tenant': 'globex', 'id': '3'}`,
  `INSERT INTO notes VALUE ?`,
  `INSERT INTO notes VALUES ('acme', '3')`,
  `INSERT INTO notes << {'tenant': 'acme', 'id': '3'}, {'tenant': 'globex', 'id': '3'} >>`,
  `INSERT INTO notes VALUE {'tenant': 'acme', 'id': '3'}, {'tenant': 'globex', 'id': '3'}`,
  `INSERT INTO notes VALUE {'tenant': <<'acme', 'globex'>>, 'id': '3'}`,
  `UPDATE notes SET tenant = 'globex' WHERE tenant = 'acme' AND id = '1'`,
  `UPDATE notes SET "tenant" = 'globex', text = 'x' WHERE tenant = 'acme' AND id = '1'`,
  `UPDATE notes SET tenant.x = 'globex' WHERE tenant = 'acme' AND id = '1'`,
  `UPDATE notes REMOVE tenant WHERE tenant = 'acme' AND id = '1'`,
  `UPDATE notes SET text = 'x' WHERE tenant = 'acme' AND id = '1' OR tenant = 'globex' AND id = '1'`,
  `UPDATE notes SET text = 'x' WHERE tenant = 'globex' AND id = '1' AND tenant = 'acme'`,
  `UPDATE notes SET text = 'x' WHERE id = '1'`,
  `UPDATE notes SET text = 'x' WHERE tenant = ? AND id = '1'`,
  `UPDATE notes SET text = 'x', WHERE tenant = 'globex' AND id = '1'`,
  `DELETE FROM notes WHERE id = '1' OR tenant = 'acme'`,
  `DELETE FROM notes WHERE tenant = 'globex' AND id = '1' RETURNING ALL OLD *`,
  `DELETE FROM notes`,
  `DELETE FROM notes WHERE tenant = 'acme' AND id = '1' WHERE tenant = 'globex'`,
  `DELETE FROM notes RETURNING ALL OLD * WHERE tenant = 'acme' AND id = '1'`,
  `EXISTS(SELECT * FROM notes WHERE tenant = 'globex' AND id = '1' AND text IS MISSING)`,
  // Size and nesting
  `SELECT * FROM notes WHERE ${'('.repeat(4000)}tenant = 'acme'${')'.repeat(4000)}`,
  `SELECT * FROM notes WHERE ${'NOT '.repeat(2000)}tenant = 'acme'`,
  `INSERT INTO notes VALUE {'tenant': 'globex', 'id': '3', 'l': ${'['.repeat(4000)}${']'.repeat(4000)}}`,
  `INSERT INTO notes VALUE {'tenant': 'globex', 'id': '3', 'm': ${"{'a':".repeat(1500)}1${'}'.repeat(1500)}}`,
  `SELECT * FROM notes WHERE tenant = 'globex'${' AND id IS NOT MISSING'.repeat(300)}`,
  `SELECT ${'a.'.repeat(4000)}b FROM notes WHERE tenant = 'globex'`,
  `SELECT * FROM notes WHERE tenant = '${'a'.repeat(9000)}'`,
  '/*'.repeat(4000),
  "'".repeat(8001),
];

describe('a hostile statement', () => {
  it.each(HOSTILE)('touches no item of another tenant: %s', async (statement) => {
    const before = await everything();
    forgetTouchedTenants();
    actAsAcme('acme');
    const parameters = Array.from(statement.matchAll(/\?/g), () => ({ S: 'globex' }));
    for (const operation of OPERATIONS) {
      for (const given of [parameters, undefined]) {
        const { status, body } = await execute(operation, statement, given);
        expect([200, 400, 501]).toContain(status);
        expect(JSON.stringify(body)).not.toMatch(FOREIGN);
      }
    }
    expect([...touchedTenants()].filter((tenant) => tenant !== 'acme')).toEqual([]);
    expect(await everything()).toEqual(before);
  });

  it.each(['1', '1.0', '01', '1e0', '10E-1', '.1e1', '+1', '0x1', '1_0', '1 e0', '--1', '- 1', '-1', "'1'", '１', '9'.repeat(40), '1e999'])(
    'touches no item of another tenant with the number %s',
    async (number) => {
      const before = await everything();
      forgetTouchedTenants();
      actAsAcme('2');
      for (const operation of OPERATIONS) {
        await execute(operation, `SELECT * FROM numbers WHERE tenant = ${number}`);
        await execute(operation, `UPDATE numbers SET text = 'x' WHERE tenant = ${number}`);
        await execute(operation, `INSERT INTO numbers VALUE {'tenant': ${number}, 'text': 'x'}`);
        await execute(operation, 'DELETE FROM numbers WHERE tenant = ?', [{ N: number }]);
      }
      expect([...touchedTenants()].filter((tenant) => tenant !== '2')).toEqual([]);
      expect(await everything()).toEqual(before);
    },
  );

  it.each([
    [{ NextToken: 'x' }],
    [{ NextToken: Buffer.from('{"request":"","key":{"tenant":{"S":"globex"},"id":{"S":"1"}}}').toString('base64url') }],
    [{ Parameters: [{ S: 'globex', N: '1' }] }],
    [{ Parameters: [{}] }],
    [{ Parameters: [null] }],
    [{ Parameters: ['globex'] }],
    [{ Parameters: { 0: { S: 'globex' } } }],
    [{ Parameters: [{ S: 'acme' }, { S: 'globex' }] }],
    [{ Parameters: [{ M: { tenant: { S: 'acme' } } }] }],
    [{ Parameters: [{ S: 5 }] }],
    [{ Statement: 5 }],
    [{ Statement: ['SELECT'] }],
    [{ Statement: '' }],
    [{ Limit: -1 }],
    [{ Limit: 'NaN' }],
    [{ ConsistentRead: {} }],
    [{ ExpressionAttributeValues: { ':t': { S: 'globex' } } }],
  ])('is refused with the parameters %j', async (parameters) => {
    actAsAcme('acme');
    forgetTouchedTenants();
    const Statement = `SELECT * FROM notes WHERE tenant = ${'Parameters' in parameters ? '?' : "'acme'"}`;
    const { status } = await send('ExecuteStatement', { Statement, ...parameters });
    expect([400, 501]).toContain(status);
    expect([...touchedTenants()]).toEqual([]);
  });

  it('is refused with a token that starts in the partition of another tenant', async () => {
    const Statement = `SELECT * FROM notes WHERE tenant = 'acme'`;
    const { body } = await send('ExecuteStatement', { Statement, Limit: 1 });
    const token = Buffer.from(String(body['NextToken']), 'base64url').toString().replace('"acme"', '"globex"');
    forgetTouchedTenants();
    const NextToken = Buffer.from(token).toString('base64url');
    expect(await send('ExecuteStatement', { Statement, NextToken })).toMatchObject({ status: 400 });
    expect([...touchedTenants()]).toEqual([]);
  });
});

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
const tenant = fc.constantFrom(...TENANTS).map(quoted);
const name = fc.constantFrom('tenant', '"tenant"', 'id', 'text', 'status', 'TENANT', 'tenant.x', 'tenant[0]', '"it""s"');
const literal = fc.oneof(tenant, fc.constantFrom("'1'", '1', '1.0', 'NULL', 'TRUE', "<<'a'>>", '[1]', "{'a': 1}", "''", "'--'", "'/*'"));
const operand = fc.oneof(literal, name);
const space = fc.constantFrom(' ', '  ', '\n', ' /* a */ ', ' -- a\n', '\t');

const { condition } = fc.letrec<{ condition: string; predicate: string }>((tie) => ({
  predicate: fc.oneof(
    { depthSize: 'small' },
    fc.tuple(operand, fc.constantFrom('=', '=', '=', '<>', '<', '>='), operand).map((parts) => parts.join(' ')),
    fc
      .tuple(name, fc.constantFrom('IS MISSING', 'IS NOT MISSING', "IN ['1', 'acme']", "BETWEEN 'a' AND 'z'"))
      .map((parts) => parts.join(' ')),
    fc.tuple(fc.constantFrom('begins_with', 'contains'), name, literal).map(([call, path, value]) => `${call}(${path}, ${value})`),
    tie('condition').map((inner) => `(${inner})`),
    tie('condition').map((inner) => `NOT (${inner})`),
  ),
  condition: fc
    .tuple(tie('predicate'), fc.array(fc.tuple(fc.constantFrom('AND', 'AND', 'OR'), tie('predicate')), { maxLength: 2 }))
    .map(([first, more]) => [first, ...more.flat()].join(' ')),
}));

const whole = fc.tuple(tenant, fc.constantFrom('1', '2', '3').map(quoted)).map(([key, id]) => `tenant = ${key} AND id = ${id}`);
const where = fc.oneof(
  whole,
  condition,
  fc.tuple(whole, fc.constantFrom('AND', 'OR'), condition).map((parts) => parts.join(' ')),
  fc.tuple(condition, whole).map(([first, second]) => `${first} AND ${second}`),
  tenant.map((key) => `tenant = ${key}`),
);
const member = fc.tuple(fc.constantFrom('tenant', 'id', 'text', 'TENANT').map(quoted), literal).map(([key, value]) => `${key}: ${value}`);
const statement = fc
  .oneof(
    fc
      .tuple(fc.constantFrom('*', 'text', 'tenant, id', 'text.x'), where)
      .map(([columns, clause]) => `SELECT ${columns} FROM notes WHERE ${clause}`),
    fc
      .tuple(name, operand, where)
      .map(([path, value, clause]) => `UPDATE notes SET ${path} = ${value} WHERE ${clause} RETURNING ALL NEW *`),
    fc.tuple(name, where).map(([path, clause]) => `UPDATE notes REMOVE ${path} WHERE ${clause}`),
    where.map((clause) => `DELETE FROM notes WHERE ${clause}`),
    where.map((clause) => `EXISTS(SELECT * FROM notes WHERE ${clause})`),
    fc
      .tuple(tenant, fc.array(member, { maxLength: 2 }))
      .map(([key, members]) => `INSERT INTO notes VALUE {${[`'tenant': ${key}`, "'id': '3'", ...members].join(', ')}}`),
  )
  .chain((text) => space.map((between) => text.replaceAll(/ (?=[A-Z])/g, between)));

/** Statements that the tenant acme may execute. */
const OWN = [
  `SELECT * FROM notes WHERE tenant = 'acme' AND id = '1'`,
  `SELECT text FROM "notes" WHERE "tenant" = 'acme' AND (status = 'open' OR status IS MISSING)`,
  `UPDATE notes SET text = 'secret of acme', n = 1 REMOVE m WHERE tenant = 'acme' AND id = '1' RETURNING ALL OLD *`,
  `INSERT INTO notes VALUE {'tenant': 'acme', 'id': '3', 'm': {'tenant': 'globex'}}`,
  `DELETE FROM notes WHERE tenant = 'acme' AND id = '2' AND NOT (text = 'globex') RETURNING ALL OLD *`,
];

describe('a random statement', () => {
  it('touches only items with the leading key that was authorised', async () => {
    let reached = 0;
    await fc.assert(
      fc.asyncProperty(statement, fc.constantFrom(...OPERATIONS), async (text, operation) => {
        harness.iamRequests.length = 0;
        forgetTouchedTenants();
        const { status } = await execute(operation, text);
        expect([200, 400, 501]).toContain(status);
        const keys = new Set(harness.iamRequests.flatMap(({ context }) => context['dynamodb:LeadingKeys'] ?? []));
        expect(keys.size).toBeLessThanOrEqual(1);
        expect([...touchedTenants()].filter((key) => !keys.has(key))).toEqual([]);
        reached += touchedTenants().size;
      }),
      { numRuns: 1500 },
    );
    // Otherwise the property would be true because every statement is refused.
    expect(reached).toBeGreaterThan(100);
  });

  it('touches no item of another tenant after any mutation', async () => {
    actAsAcme('acme');
    forgetTouchedTenants();
    const fragments = [
      "'",
      '"',
      '--',
      '/*',
      '*/',
      '\n',
      ' OR ',
      ' AND ',
      "'globex'",
      "tenant = 'globex'",
      '(',
      ')',
      'NOT ',
      ' = ',
      '?',
      ';',
      ' -- ',
      'x',
      '1',
      '.',
      ',',
      '\\',
      '{',
      '}',
    ];
    const position = fc.noBias(fc.integer({ min: 0, max: 999 }));
    const mutation = fc.tuple(position, fc.constantFrom(0, 0, 0, 1, 8), fc.constantFrom('', '', ...fragments));
    let executed = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...OWN), fc.array(mutation, { minLength: 1, maxLength: 2 }), async (text, mutations) => {
        const mutated = mutations.reduce((before, [at, removed, inserted]) => {
          const start = Math.floor((at / 1000) * before.length);
          return before.slice(0, start) + inserted + before.slice(start + removed);
        }, text);
        forgetTouchedTenants();
        const { status, body } = await execute('ExecuteStatement', mutated);
        expect([200, 400, 501]).toContain(status);
        if (status === 200) executed += 1;
        expect([...touchedTenants()].filter((key) => key !== 'acme')).toEqual([]);
        expect(JSON.stringify(body)).not.toMatch(FOREIGN);
      }),
      { numRuns: 1500 },
    );
    expect(executed).toBeGreaterThan(30);
  });
});
