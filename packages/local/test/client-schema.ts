/** A parameter of an operation at any depth, with the smallest input that contains it. */
export interface ModelParameter {
  readonly operation: string;
  /** `RequestItems.*.Keys` */
  readonly path: string;
  readonly input: unknown;
}

type Schema = readonly [kind: number, namespace: string, name: string, traits: unknown, ...rest: unknown[]];

const LIST = 1;
const MAP = 2;
const STRUCTURE = 3;

/** An SDK client's model of its service. */
export interface Model {
  /** `GetItem`, … */
  readonly operations: readonly string[];
  /** Every parameter of an operation, except those inside attribute values of DynamoDB. */
  parameters(operation: string): ModelParameter[];
}

/** Reads the schemas that an SDK client exports. */
export function modelOf(client: object): Model {
  const exported: Readonly<Record<string, unknown>> = { ...client };
  return {
    operations: Object.keys(exported)
      .filter((name) => /^[A-Z].*Command$/.test(name))
      .map((name) => name.replace(/Command$/, '')),
    parameters(operation) {
      const schema = exported[`${operation}$`];
      if (!Array.isArray(schema)) throw new Error(`the client has no schema of ${operation}`);
      return members(resolve(schema[4]), '', (value) => value).map((member) => ({ operation, ...member }));
    },
  };
}

type Member = Omit<ModelParameter, 'operation'>;

function members(schema: unknown, path: string, wrap: (value: unknown) => unknown): Member[] {
  if (!isSchema(schema) || schema[2] === 'AttributeValue') return [];
  const [kind, , , , first, second] = schema;
  if (kind === LIST) return members(resolve(first), path, (value) => wrap([value]));
  if (kind === MAP) return members(resolve(second), `${path}.*`, (value) => wrap({ notes: value }));
  if (kind !== STRUCTURE) return [];
  return (first as string[]).flatMap((name, at) => {
    const target = resolve((second as unknown[])[at]);
    const inner = (value: unknown) => wrap({ [name]: value });
    const own = path === '' ? name : `${path}.${name}`;
    return [{ path: own, input: inner(sample(target)) }, ...members(target, own, inner)];
  });
}

function sample(schema: unknown): unknown {
  if (!isSchema(schema)) return 'x';
  if (schema[0] === LIST) return [];
  return schema[0] === MAP || schema[0] === STRUCTURE ? {} : 'x';
}

/** A schema is a value, a function that returns it, or the first element of an array with the member's traits. */
function resolve(given: unknown): unknown {
  const value: unknown = typeof given === 'function' ? given() : given;
  return Array.isArray(value) && typeof value[0] === 'function' ? resolve(value[0]) : value;
}

function isSchema(value: unknown): value is Schema {
  return Array.isArray(value) && typeof value[0] === 'number' && typeof value[2] === 'string';
}
