import { OF_THE_CALLER, rowOf } from './condition-keys.ts';
import { many, type Statement } from './document.ts';

/** Alternatives: IAM accepts any one of the values, so each must name the tenant if the list is to bind the statement to it. */
export interface ValueList {
  /** `Resource`, or an operator and a key of the Condition. */
  readonly where: string;
  readonly values: readonly string[];
  /** Why the list does not bind the statement, even if it names the tenant. */
  readonly notBinding?: string;
}

/** The operators that compare texts and require the key. Numbers, dates, addresses and `Null` name no tenant. */
const NAMING = /^(?:(ForAllValues|ForAnyValue):)?(?:String(?:Equals(?:IgnoreCase)?|Like)|Arn(?:Equals|Like))$/i;

/** `ForAllValues:StringNotEquals` and `NotIpAddress` match all values but those they name; `StringLikeIfExists` matches a request without the key. */
const MATCHES_OTHERS = /not|ifexists/i;

const NEVER_BINDS =
  'NotResource and negated operators exclude it, IfExists matches a request without the key, and keys such as `aws:PrincipalTag` describe the caller';

/** The lists of an Allow statement: its resources, and for each key of its Condition the values. Every list must match. */
export function valueListsOf(statement: Statement): readonly ValueList[] {
  const { Resource, NotResource, Condition = {} } = statement;
  return [
    ...(Resource === undefined ? [] : [{ where: 'Resource', values: many(Resource) }]),
    ...(NotResource === undefined ? [] : [{ where: 'NotResource', values: many(NotResource), notBinding: NEVER_BINDS }]),
    ...Object.entries(Condition).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]): ValueList => {
        const notBinding = notBindingReason(operator, key, statement);
        return { where: `Condition, ${operator}, ${key}`, values: many(values), ...(notBinding !== undefined && { notBinding }) };
      }),
    ),
  ];
}

function notBindingReason(operator: string, key: string, statement: Statement): string | undefined {
  const row = rowOf(key);
  if (MATCHES_OTHERS.test(operator) || row?.why === OF_THE_CALLER) return NEVER_BINDS;
  const [naming, set] = NAMING.exec(operator) ?? [];
  if (naming === undefined) return `\`${operator}\` does not compare names`;
  if (row !== undefined && row.binds === undefined) return `\`${key}\` ${row.why}, see ${row.page}`;
  return setReason(set?.toLowerCase(), key, statement);
}

/** Why the statement, with this set operator or without one, also allows requests for other data or without the key. */
function setReason(set: string | undefined, key: string, statement: Statement): string | undefined {
  const row = rowOf(key);
  if (set === 'forallvalues') {
    if (row?.binds === 'one' || row?.binds === 'any') return `\`ForAllValues\` also matches a request without \`${key}\`: remove it`;
    if (isRequired(key, statement) || isSent(row?.sentBy, statement)) return undefined;
    return `\`ForAllValues\` also matches a request without \`${key}\`: require the key by \`"Null": { "${key}": "false" }\` in the Condition`;
  }
  if (row?.binds === 'all')
    return `\`${key}\` may have several values: compare all of them by \`ForAllValues\`, and require the key by \`Null\``;
  if (set === undefined)
    return row?.binds === 'any' ? `\`${key}\` may have several values: put \`ForAnyValue:\` before the operator` : undefined;
  return row === undefined ? `\`ForAnyValue\` matches if one of several values of \`${key}\` is the tenant's: remove it` : undefined;
}

/** Whether `"Null": { key: "false" }` is in the Condition: then the statement does not apply to a request without the key. */
function isRequired(key: string, { Condition = {} }: Statement): boolean {
  const nulls = Object.entries(Condition).filter(([operator]) => operator.toLowerCase() === 'null');
  return nulls
    .flatMap(([, keys]) => Object.entries(keys))
    .some(([name, values]) => name.toLowerCase() === key.toLowerCase() && many(values).every((value) => value.toLowerCase() === 'false'));
}

/** Whether every action of the statement always sends the key. A wildcard may match actions that do not, such as Scan. */
function isSent(sentBy: readonly string[] = [], { Action }: Statement): boolean {
  const sending = new Set(sentBy.map((action) => action.toLowerCase()));
  return Action !== undefined && many(Action).every((action) => sending.has(action.toLowerCase()));
}
