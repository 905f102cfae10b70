import type { Expression, ParsedRequest } from './dynalite.ts';

/**
 * The top-level attribute names anywhere in a request: the value of `dynamodb:Attributes`.
 * Call it before the request is executed: executing consumes the update expression.
 */
export function attributesOf(data: Partial<ParsedRequest>): ReadonlySet<string> {
  const { _condition: condition, _filter: filter, _projection: projection, _updates: updates } = data;
  return new Set([
    ...names(data.Key),
    ...names(data.Item),
    ...names(data.ExclusiveStartKey),
    ...names(data.KeyConditions),
    ...names(data.Expected),
    ...names(data.QueryFilter),
    ...names(data.ScanFilter),
    ...names(data.AttributeUpdates),
    ...names(condition?.pathHeads),
    ...names(filter?.pathHeads),
    ...(data.AttributesToGet ?? []),
    ...(projection?.paths ?? []).flatMap((path) => (typeof path === 'string' ? [path] : head(path))),
    ...(updates?.sections ?? []).flatMap(({ path, val }) => [...head(path), ...operands(val)]),
  ]);
}

function names(record: Readonly<Record<string, unknown>> | undefined): string[] {
  return Object.keys(record ?? {});
}

function head([first]: readonly (string | number)[]): string[] {
  return typeof first === 'string' ? [first] : [];
}

/** The attributes that an update reads: `SET a = b` needs permission for `b` too. */
function operands(expression: Expression | undefined): string[] {
  if (expression === undefined) return [];
  if (isPath(expression)) return head(expression);
  return isOperation(expression) ? expression.args.flatMap(operands) : [];
}

function isPath(expression: Expression): expression is readonly (string | number)[] {
  return Array.isArray(expression);
}

function isOperation(expression: Expression): expression is { readonly type: string; readonly args: readonly Expression[] } {
  return 'args' in expression;
}
