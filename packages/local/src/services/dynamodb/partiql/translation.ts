import type { JsonObject } from '@tenant-aws/policy/json';
import type { AwsError } from '../../service.ts';
import type { TableDescription } from '../dynalite.ts';
import { validationError } from '../errors.ts';
import { ExpressionText } from './expression-text.ts';
import { deniedToEveryone } from './refusals.ts';
import type { Condition, Path, Select, Statement } from './statement.ts';
import { allOf, divideWhere, type Where } from './where.ts';

/** The operations of PartiQL. Each has its own rules for a SELECT. */
export type PartiqlOperation = 'ExecuteStatement' | 'BatchExecuteStatement' | 'ExecuteTransaction';

/** The operation that executes a statement, or the error of a statement that names no single item. */
export type Translation =
  | { readonly kind: 'query' | 'get' | 'put' | 'update' | 'delete' | 'check'; readonly parameters: JsonObject }
  | { readonly kind: 'refused'; readonly error: AwsError; readonly key: JsonObject };

/** Translates a statement to the parameters of another operation. */
export function translate(statement: Statement, table: TableDescription, operation: PartiqlOperation): Translation {
  if (statement.kind === 'insert') return translateInsert(statement.item, table);
  if (statement.kind === 'select') {
    return operation === 'ExecuteStatement' ? translateQuery(statement, table) : translateGet(statement, table, operation);
  }
  if (statement.kind === 'exists') return translateExists(statement.select, table, operation);
  const where = divideWhere(statement.where, table);
  const [repeated] = where.repeated;
  if (repeated !== undefined)
    return refused(where, `Multiple conditions on same key ${repeated}. Only single item Update/Insert/Delete are supported`);
  if (!isWholeKey(where, table)) return refused(where, 'Where clause does not contain a mandatory equality on all key attributes');
  const text = new ExpressionText();
  const common = { Key: keyOf(where), ...(statement.returning !== undefined && { ReturnValues: statement.returning }) };
  const condition = allOf(where.rest);
  if (statement.kind === 'delete') {
    // A missing item is no error, even if there are other conditions.
    const parameters = condition && { ConditionExpression: text.condition(either(isMissing(table), condition)) };
    return { kind: 'delete', parameters: { ...common, ...parameters, ...text.placeholders() } };
  }
  const UpdateExpression = text.update(statement.clauses);
  const ConditionExpression = text.condition(both(exists(table), condition));
  return { kind: 'update', parameters: { ...common, UpdateExpression, ConditionExpression, ...text.placeholders() } };
}

function translateInsert(item: JsonObject, table: TableDescription): Translation {
  const text = new ExpressionText();
  const ConditionExpression = text.condition(isMissing(table));
  return { kind: 'put', parameters: { Item: item, ConditionExpression, ...text.placeholders() } };
}

/** A SELECT of one partition, or of one item with further conditions, is a Query. */
function translateQuery(select: Select, table: TableDescription): Translation {
  const where = divideWhere(select.where, table);
  const [hash = '', range] = keyNames(table);
  if (select.index !== undefined) return denied(where, 'it reads an index');
  if (where.repeated.size > 0 || !where.key.has(hash))
    return denied(
      where,
      `its WHERE clause must have exactly one equality of the partition key \`${hash}\` and a value, outside OR and NOT`,
    );
  const ranged = where.key.has(range ?? '') ? undefined : where.rest.find((condition) => isRangeOf(condition, range));
  const text = new ExpressionText();
  const keyCondition = allOf([...Array.from(where.key, ([name, value]) => equality(name, value)), ...(ranged ? [ranged] : [])]);
  const filter = allOf(where.rest.filter((condition) => condition !== ranged));
  const parameters: JsonObject = {
    ...(keyCondition && { KeyConditionExpression: text.condition(keyCondition) }),
    ...(filter && { FilterExpression: text.condition(filter) }),
    ...projection(select, text),
  };
  return { kind: 'query', parameters: { ...parameters, ...text.placeholders() } };
}

function translateGet(select: Select, table: TableDescription, operation: PartiqlOperation): Translation {
  const where = divideWhere(select.where, table);
  if (select.index !== undefined && operation === 'ExecuteTransaction')
    return refused(where, 'Reads on indices are not supported within transactions.');
  if (select.index !== undefined || !isWholeKey(where, table) || where.rest.length > 0)
    return refused(where, `Select statements within ${operation} must specify the primary key in the where clause.`);
  const text = new ExpressionText();
  return { kind: 'get', parameters: { Key: keyOf(where), ...projection(select, text), ...text.placeholders() } };
}

function translateExists(select: Select, table: TableDescription, operation: PartiqlOperation): Translation {
  const where = divideWhere(select.where, table);
  const condition = allOf(where.rest);
  if (operation !== 'ExecuteTransaction') return refused(where, 'EXISTS can only be used in ExecuteTransaction write requests.');
  if (select.index !== undefined || !isWholeKey(where, table) || condition === undefined)
    return refused(where, 'EXISTS() must contain a single item read with additional condition');
  const text = new ExpressionText();
  const ConditionExpression = text.condition(both(exists(table), condition));
  return { kind: 'check', parameters: { Key: keyOf(where), ConditionExpression, ...text.placeholders() } };
}

/** Reads the attributes of the columns. A column is a part of its attribute. */
function projection({ columns }: Select, text: ExpressionText): JsonObject {
  if (columns === undefined) return {};
  const attributes = new Set(columns.map(([attribute]) => attribute));
  return { ProjectionExpression: Array.from(attributes, (attribute) => text.path([attribute])).join(', ') };
}

function isRangeOf(condition: Condition, range: string | undefined): boolean {
  const isRange = ({ length, 0: attribute }: Path): boolean => length === 1 && attribute === range;
  if (condition.kind === 'comparison')
    return !['=', '<>'].includes(condition.operator) && condition.left.kind === 'path' && isRange(condition.left.path);
  if (condition.kind === 'between') return condition.operand.kind === 'path' && isRange(condition.operand.path);
  const [first] = condition.kind === 'function' && condition.name === 'begins_with' ? condition.args : [];
  return first?.kind === 'path' && isRange(first.path);
}

function keyNames({ KeySchema }: TableDescription): string[] {
  return KeySchema.map(({ AttributeName }) => AttributeName);
}

function isWholeKey({ key }: Where, table: TableDescription): boolean {
  return keyNames(table).every((name) => key.has(name));
}

function keyOf({ key }: Where): JsonObject {
  return Object.fromEntries(key);
}

function refused(where: Where, message: string): Translation {
  return { kind: 'refused', error: validationError(message), key: keyOf(where) };
}

function denied(where: Where, reason: string): Translation {
  return { kind: 'refused', error: deniedToEveryone(reason), key: keyOf(where) };
}

function equality(name: string, value: JsonObject): Condition {
  return { kind: 'comparison', operator: '=', left: { kind: 'path', path: [name] }, right: { kind: 'value', value } };
}

function isMissing(table: TableDescription): Condition {
  return { kind: 'function', name: 'attribute_not_exists', args: [{ kind: 'path', path: [keyNames(table)[0] ?? ''] }] };
}

function exists(table: TableDescription): Condition {
  return { kind: 'function', name: 'attribute_exists', args: [{ kind: 'path', path: [keyNames(table)[0] ?? ''] }] };
}

function both(first: Condition, second: Condition | undefined): Condition {
  return second === undefined ? first : { kind: 'and', conditions: [first, second] };
}

function either(first: Condition, second: Condition): Condition {
  return { kind: 'or', conditions: [first, second] };
}
