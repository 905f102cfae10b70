import * as sdk from '@aws-sdk/client-s3';

/** A member of an operation's input that is sent in the query or in a header. */
export interface WireMember {
  readonly member: string;
  readonly kind: 'query' | 'header';
  readonly name: string;
  readonly value: unknown;
}

/** One operation in the SDK's model of S3. */
export interface ModelledOperation {
  readonly name: string;
  /** Valid values for the required members. */
  readonly required: Readonly<Record<string, unknown>>;
  readonly optional: readonly WireMember[];
  command(input: Readonly<Record<string, unknown>>): { readonly command: unknown };
}

type Schema = readonly unknown[];
type Traits = Readonly<Record<string, unknown>>;
type Constructor = new (input: Readonly<Record<string, unknown>>) => unknown;

const OPERATION = 9;
const STRUCT = 3;
const LIST = 1;
const MAP = 2;
const MODULE = new Map<string, unknown>(Object.entries(sdk));

/** Every operation for which the SDK has a command. */
export function modelledOperations(): readonly ModelledOperation[] {
  return [...MODULE.keys()]
    .filter((name) => /^[A-Z]\w*Command$/.test(name))
    .map((name) => readOperation(name.slice(0, -'Command'.length), MODULE.get(name) as Constructor));
}

function readOperation(name: string, Command: Constructor): ModelledOperation {
  const schema = resolve(MODULE.get(`${name}$`));
  if (schema[0] !== OPERATION) throw new Error(`the SDK has no schema of ${name}`);
  const members = structMembers(resolve(schema[4]));
  return {
    name,
    required: Object.fromEntries(
      members
        .filter(({ member, required }) => required || member === 'Body')
        .map(({ member, value }) => [member, validValue(member, value)]),
    ),
    optional: members.flatMap(({ member, required, traits, value }): WireMember[] => {
      const query = traits['httpQuery'];
      const header = traits['httpHeader'];
      if (required || (typeof query !== 'string' && typeof header !== 'string')) return [];
      const kind = typeof query === 'string' ? 'query' : 'header';
      return [{ member, kind, name: String(query ?? header).toLowerCase(), value: validValue(member, value) }];
    }),
    command: (input) => ({ command: new Command(input) }),
  };
}

interface Member {
  readonly member: string;
  readonly required: boolean;
  readonly traits: Traits;
  readonly value: unknown;
}

/** `[3, namespace, name, traits, [names], [schemas], number of required members]` */
function structMembers(struct: Schema): readonly Member[] {
  const names = (struct[4] ?? []) as readonly string[];
  const schemas = (struct[5] ?? []) as readonly unknown[];
  const requiredCount = (struct[6] ?? 0) as number;
  return names.map((member, index) => {
    const schema = schemas[index];
    const [value, traits] = Array.isArray(schema) && !isTyped(schema) ? schema : [schema, {}];
    return {
      member,
      required: index < requiredCount,
      value,
      traits: typeof traits === 'object' && traits !== null ? (traits as Traits) : {},
    };
  });
}

const NAMED: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['Body', 'overwritten'],
  ['Bucket', 'pool'],
  ['Key', 'acme/k'],
  ['CopySource', 'pool/acme/k'],
  ['Delete', { Objects: [{ Key: 'acme/none' }] }],
  ['CopySourceSSECustomerKey', 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='],
  ['SSECustomerKey', 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='],
]);

function validValue(member: string, schema: unknown, depth = 0): unknown {
  if (NAMED.has(member)) return NAMED.get(member);
  if (typeof schema === 'number') {
    if ((schema & 64) === 64) return [validValue('', schema & ~64)];
    if ((schema & 128) === 128) return { a: validValue('', schema & ~128) };
    return simple(schema);
  }
  const type = resolve(schema);
  if (type[0] === LIST) return [validValue('', unwrapped(type[4]), depth + 1)];
  if (type[0] === MAP) return {};
  if (type[0] === 0) return validValue('', type[4], depth + 1);
  if (type[0] !== STRUCT || depth > 3) return {};
  return Object.fromEntries(
    structMembers(type)
      .filter(({ required }) => required)
      .map(({ member: inner, value }) => [inner, validValue(inner, value, depth + 1)]),
  );
}

/** 0 string, 1 number, 2 boolean, 4 to 7 timestamps, 21 and 42 blobs. */
function simple(type: number): unknown {
  if (type === 1) return 1;
  if (type === 2) return true;
  if (type >= 4 && type <= 7) return new Date('2026-11-24T12:00:00Z');
  if (type === 21 || type === 42) return Buffer.from('x');
  return 'x';
}

function resolve(schema: unknown): Schema {
  const value = typeof schema === 'function' ? schema() : schema;
  return Array.isArray(value) ? value : [];
}

function unwrapped(member: unknown): unknown {
  return Array.isArray(member) && !isTyped(member) ? member[0] : member;
}

/** Whether it is a schema, which begins with its kind and a namespace. A member begins with its schema and its traits. */
function isTyped(schema: readonly unknown[]): boolean {
  return typeof schema[0] === 'number' && typeof schema[1] === 'string';
}
