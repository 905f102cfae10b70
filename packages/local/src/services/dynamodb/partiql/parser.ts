import type { JsonObject } from '@tenant-aws/policy/json';
import { validationError } from '../errors.ts';
import { isCallOf, readArguments, readCondition, readOperand, readPath } from './conditions.ts';
import type { Assigned, Condition, Path, Returning, Select, Statement, UpdateClause } from './statement.ts';
import { TokenReader } from './token-reader.ts';
import { readTuple, requireValue } from './values.ts';

const RETURNING: readonly (readonly [words: readonly string[], returning: Returning])[] = [
  [['ALL', 'OLD'], 'ALL_OLD'],
  [['ALL', 'NEW'], 'ALL_NEW'],
  [['MODIFIED', 'OLD'], 'UPDATED_OLD'],
  [['MODIFIED', 'NEW'], 'UPDATED_NEW'],
];

/**
 * Parses a PartiQL statement with its parameters.
 *
 * @throws {@link AwsError} 400 for invalid syntax, 501 for PartiQL that the local AWS does not have
 */
export function parseStatement(text: string, parameters: readonly JsonObject[]): Statement {
  const reader = new TokenReader(text, parameters);
  const statement = readStatement(reader);
  reader.accept(';');
  if (reader.peek().kind !== 'end') throw reader.unexpected('the end');
  return statement;
}

function readStatement(reader: TokenReader): Statement {
  if (reader.accept('SELECT')) return readSelect(reader);
  if (reader.accept('INSERT', 'INTO')) return readInsert(reader);
  if (reader.accept('UPDATE')) return readUpdate(reader);
  if (reader.accept('DELETE', 'FROM')) return readDelete(reader);
  if (isCallOf(reader, 'exists')) return readExists(reader);
  throw reader.unexpected('SELECT, INSERT INTO, UPDATE, DELETE FROM or EXISTS');
}

function readSelect(reader: TokenReader): Select {
  const columns = reader.accept('*') ? undefined : reader.list(() => readPath(reader));
  reader.expect('FROM');
  const table = readTableName(reader);
  const index = reader.accept('.') ? readTableName(reader) : undefined;
  return { kind: 'select', table, ...(index !== undefined && { index }), ...(columns && { columns }), ...readWhere(reader) };
}

function readExists(reader: TokenReader): Statement {
  const select = readArguments(reader, () => {
    reader.expect('SELECT');
    return readSelect(reader);
  });
  return { kind: 'exists', select, table: select.table };
}

function readInsert(reader: TokenReader): Statement {
  const table = readTableName(reader);
  reader.expect('VALUE');
  return { kind: 'insert', table, item: readTuple(reader) };
}

function readUpdate(reader: TokenReader): Statement {
  const table = readTableName(reader);
  const clauses: UpdateClause[] = [];
  for (;;) {
    if (reader.accept('SET')) clauses.push(...reader.list(() => readAssignment(reader)));
    else if (reader.accept('REMOVE')) clauses.push(...reader.list((): UpdateClause => ({ kind: 'remove', path: readPath(reader) })));
    else break;
  }
  if (clauses.length === 0) throw reader.unexpected('SET or REMOVE');
  return { kind: 'update', table, clauses, ...readWhere(reader), ...readReturning(reader) };
}

function readDelete(reader: TokenReader): Statement {
  const statement: Statement = { kind: 'delete', table: readTableName(reader), ...readWhere(reader), ...readReturning(reader) };
  if (statement.returning === undefined || statement.returning === 'ALL_OLD') return statement;
  const words = RETURNING.find(([, returning]) => returning === statement.returning)?.[0].join(' ');
  throw validationError(`Invalid returning clause: RETURNING ${words} *. Only RETURNING ALL OLD * is allowed in DELETE statements.`);
}

/** The name becomes a part of the ARN that policies are compared with. */
function readTableName(reader: TokenReader): string {
  const name = reader.name();
  if (!/^[a-zA-Z0-9_.-]{3,255}$/.test(name)) {
    throw validationError("Table name should be within the length [3, 255] and only contain 'a-z', 'A-Z', '0-9', '-', '_', '.'.");
  }
  return name;
}

function readWhere(reader: TokenReader): { readonly where?: Condition } {
  return reader.accept('WHERE') ? { where: readCondition(reader) } : {};
}

function readReturning(reader: TokenReader): { readonly returning?: Returning } {
  if (!reader.accept('RETURNING')) return {};
  const found = RETURNING.find(([words]) => reader.accept(...words, '*'));
  if (found === undefined) throw reader.unexpected('ALL OLD *, ALL NEW *, MODIFIED OLD * or MODIFIED NEW *');
  return { returning: found[1] };
}

function readAssignment(reader: TokenReader): UpdateClause {
  const path = readPath(reader);
  reader.expect('=');
  return { kind: 'set', path, value: readAssigned(reader, path) };
}

function readAssigned(reader: TokenReader, target: Path): Assigned {
  if (isCallOf(reader, 'set_add')) return { kind: 'set_add', value: readSetArgument(reader, target) };
  if (isCallOf(reader, 'set_delete')) return { kind: 'set_delete', value: readSetArgument(reader, target) };
  if (isCallOf(reader, 'list_append')) {
    return readArguments(reader, () => {
      const left = readOperand(reader);
      reader.expect(',');
      return { kind: 'list_append', left, right: readOperand(reader) };
    });
  }
  const left = readOperand(reader);
  if (reader.accept('+')) return { kind: 'sum', operator: '+', left, right: readOperand(reader) };
  if (reader.accept('-')) return { kind: 'sum', operator: '-', left, right: readOperand(reader) };
  return left;
}

/** Reads the set of `SET_ADD(path, set)`. The path must be the one that is assigned. */
function readSetArgument(reader: TokenReader, target: Path): JsonObject {
  return readArguments(reader, () => {
    if (JSON.stringify(readPath(reader)) !== JSON.stringify(target))
      throw validationError('The first argument of SET_ADD and SET_DELETE must be the path that is set');
    reader.expect(',');
    return requireValue(reader);
  });
}
