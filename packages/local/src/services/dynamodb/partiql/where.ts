import type { JsonObject } from '@tenant-aws/policy/json';
import type { TableDescription } from '../dynalite.ts';
import type { Condition, Operand } from './statement.ts';

/** A WHERE clause, divided into the key of an item and the conditions on it. */
export interface Where {
  /** The value of each key attribute that has exactly one equality condition. */
  readonly key: ReadonlyMap<string, JsonObject>;
  /** The key attributes that have more than one equality condition. */
  readonly repeated: ReadonlySet<string>;
  /** All other conditions. All of them must be true. */
  readonly rest: readonly Condition[];
}

/**
 * Finds the key in a WHERE clause. Only an equality of a key attribute and a value counts, and only if the whole clause is false without
 * it: it is the clause itself, or an operand of an AND that is not inside an OR or a NOT.
 */
export function divideWhere(where: Condition | undefined, table: TableDescription): Where {
  const key = new Map<string, JsonObject>();
  const repeated = new Set<string>();
  const rest: Condition[] = [];
  for (const condition of conjuncts(where)) {
    const equality = keyEquality(condition, table);
    if (equality === undefined) rest.push(condition);
    else if (key.has(equality.name)) repeated.add(equality.name);
    else key.set(equality.name, equality.value);
  }
  for (const name of repeated) key.delete(name);
  return { key, repeated, rest };
}

/** All of these conditions, as one. */
export function allOf(conditions: readonly Condition[]): Condition | undefined {
  const [first, ...more] = conditions;
  return more.length === 0 ? first : { kind: 'and', conditions };
}

function conjuncts(condition: Condition | undefined): readonly Condition[] {
  if (condition === undefined) return [];
  return condition.kind === 'and' ? condition.conditions.flatMap(conjuncts) : [condition];
}

function keyEquality(
  condition: Condition,
  { KeySchema }: TableDescription,
): { readonly name: string; readonly value: JsonObject } | undefined {
  if (condition.kind !== 'comparison' || condition.operator !== '=') return undefined;
  const { left, right } = condition;
  const name = attribute(left) ?? attribute(right);
  const value = left.kind === 'value' ? left : right;
  const isKey = KeySchema.some(({ AttributeName }) => AttributeName === name);
  return name !== undefined && isKey && value.kind === 'value' ? { name, value: value.value } : undefined;
}

function attribute(operand: Operand): string | undefined {
  return operand.kind === 'path' && operand.path.length === 1 ? operand.path[0] : undefined;
}
