import { OF_THE_CALLER, rowOf } from './condition-keys.ts';
import { many, type Statement } from './document.ts';

/** Values of which IAM takes any: each of them must name the tenant for the statement to be one tenant's. */
export interface ValueList {
  /** `Resource`, or an operator and a key of the Condition. */
  readonly where: string;
  readonly values: readonly string[];
  /** Why the list tells no data apart, whatever it names. */
  readonly idle?: string;
}

/** An operator that compares texts and needs the key. Numbers, dates, addresses and `Null` name nobody. */
const NAMING = /^(?:(ForAllValues|ForAnyValue):)?(?:String(?:Equals(?:IgnoreCase)?|Like)|Arn(?:Equals|Like))$/i;

/** `ForAllValues:StringNotEquals`, `NotIpAddress` hold for everything but what they name, `StringLikeIfExists` for a request without the key. */
const HOLDS_FOR_OTHERS = /not|ifexists/i;

const TELLS_NOTHING_APART =
  'NotResource and negated operators leave it out, IfExists holds without the key, and keys such as `aws:PrincipalTag` are of the caller';

/** The lists of an Allow statement: its resources, and the values of each key of its Condition, all of which must hold. */
export function valueListsOf(statement: Statement): readonly ValueList[] {
  const { Resource, NotResource, Condition = {} } = statement;
  return [
    ...(Resource === undefined ? [] : [{ where: 'Resource', values: many(Resource) }]),
    ...(NotResource === undefined ? [] : [{ where: 'NotResource', values: many(NotResource), idle: TELLS_NOTHING_APART }]),
    ...Object.entries(Condition).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]): ValueList => {
        const idle = idleReason(operator, key, statement);
        return { where: `Condition, ${operator}, ${key}`, values: many(values), ...(idle !== undefined && { idle }) };
      }),
    ),
  ];
}

function idleReason(operator: string, key: string, statement: Statement): string | undefined {
  const row = rowOf(key);
  if (HOLDS_FOR_OTHERS.test(operator) || row?.why === OF_THE_CALLER) return TELLS_NOTHING_APART;
  const [naming, set] = NAMING.exec(operator) ?? [];
  if (naming === undefined) return `\`${operator}\` compares no names`;
  if (row !== undefined && row.binds === undefined) return `\`${key}\` ${row.why}, see ${row.page}`;
  return setReason(set?.toLowerCase(), key, statement);
}

/** Why the set operator, or its absence, lets requests through that name other data, or none. */
function setReason(set: string | undefined, key: string, statement: Statement): string | undefined {
  const row = rowOf(key);
  if (set === 'forallvalues') {
    if (row?.binds === 'one' || row?.binds === 'any') return `\`ForAllValues\` holds without \`${key}\`: leave it out`;
    if (isDemanded(key, statement) || isSent(row?.sentBy, statement)) return undefined;
    return `\`ForAllValues\` holds without \`${key}\`: demand the key by \`"Null": { "${key}": "false" }\` beside it`;
  }
  if (row?.binds === 'all') return `\`${key}\` may have several values, which \`ForAllValues\` compares, and \`Null\` demands`;
  if (set === undefined)
    return row?.binds === 'any' ? `\`${key}\` may have several values: put \`ForAnyValue:\` before the operator` : undefined;
  return row === undefined ? `\`ForAnyValue\` holds where one of several values of \`${key}\` is the tenant's: leave it out` : undefined;
}

/** Whether `"Null": { key: "false" }` stands beside it: then the statement says nothing of a request without the key. */
function isDemanded(key: string, { Condition = {} }: Statement): boolean {
  const nulls = Object.entries(Condition).filter(([operator]) => operator.toLowerCase() === 'null');
  return nulls
    .flatMap(([, keys]) => Object.entries(keys))
    .some(([name, values]) => name.toLowerCase() === key.toLowerCase() && many(values).every((value) => value.toLowerCase() === 'false'));
}

/** Whether each of the statement's actions always sends the key. A wildcard may stand for actions that do not, such as Scan. */
function isSent(sentBy: readonly string[] = [], { Action }: Statement): boolean {
  const sending = new Set(sentBy.map((action) => action.toLowerCase()));
  return Action !== undefined && many(Action).every((action) => sending.has(action.toLowerCase()));
}
