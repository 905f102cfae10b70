import { createRequire } from 'node:module';

/** One attribute value as it goes over the wire: `{ S: 'acme' }`. */
export type AttributeValue = Readonly<Record<string, unknown>>;
/** Attributes by name: an item or a key. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** One element of a key: the first is the HASH key. */
export interface KeySchemaElement {
  readonly AttributeName: string;
  readonly KeyType: string;
}

/** An index of a table. */
export interface IndexDescription {
  readonly IndexName: string;
  readonly KeySchema: readonly KeySchemaElement[];
  readonly Projection: { readonly ProjectionType: string };
}

/** A table as dynalite keeps it. */
export interface TableDescription {
  readonly TableName: string;
  readonly TableId: string;
  readonly TableStatus: string;
  readonly KeySchema: readonly KeySchemaElement[];
  readonly AttributeDefinitions: readonly { readonly AttributeName: string; readonly AttributeType: string }[];
  readonly LocalSecondaryIndexes?: readonly IndexDescription[];
  readonly GlobalSecondaryIndexes?: readonly IndexDescription[];
}

/** A legacy condition, of `Expected`, `KeyConditions`, `QueryFilter` or `ScanFilter`. */
export interface Condition {
  readonly ComparisonOperator?: string;
  readonly AttributeValueList?: readonly AttributeValue[];
  readonly Value?: AttributeValue;
  readonly Exists?: boolean;
}

/** A path into an item, an attribute value, or an operator with its operands. */
export type Expression = readonly (string | number)[] | AttributeValue | { readonly type: string; readonly args: readonly Expression[] };

/** A condition or filter that has been parsed, with the first names of all its paths. */
export interface ParsedCondition {
  readonly expression: Expression;
  readonly pathHeads: Readonly<Record<string, boolean>>;
  readonly nestedPaths: Readonly<Record<string, boolean>>;
}

/**
 * A request after dynalite has checked it. Members with an underscore are the parsed expressions:
 * what they say decides about the request, and they themselves are executed.
 */
export interface ParsedRequest {
  TableName: string;
  IndexName?: string;
  Key?: Attributes;
  Item?: Attributes;
  ExclusiveStartKey?: Attributes;
  KeyConditions?: Readonly<Record<string, Condition>>;
  Expected?: Readonly<Record<string, Condition>>;
  QueryFilter?: Readonly<Record<string, Condition>>;
  ScanFilter?: Readonly<Record<string, Condition>>;
  ConditionalOperator?: string;
  AttributeUpdates?: Readonly<Record<string, unknown>>;
  AttributesToGet?: readonly string[];
  ExpressionAttributeNames?: Readonly<Record<string, string>>;
  Select?: string;
  ReturnValues?: string;
  ReturnConsumedCapacity?: string;
  ReturnValuesOnConditionCheckFailure?: string;
  ConsistentRead?: boolean;
  ProjectionExpression?: string;
  ConditionExpression?: string;
  UpdateExpression?: string;
  _projection?: { readonly paths: readonly (string | readonly (string | number)[])[] };
  _updates?: { readonly sections: readonly { readonly path: readonly (string | number)[]; readonly val?: Expression }[] };
  _condition?: ParsedCondition;
  _filter?: ParsedCondition;
}

/** The keys that are asked of one table. */
export interface KeysAndAttributes extends Partial<ParsedRequest> {
  readonly Keys: readonly Attributes[];
}

/** Reads of several tables. */
export interface BatchGet {
  readonly RequestItems: Readonly<Record<string, KeysAndAttributes>>;
  readonly ReturnConsumedCapacity?: string;
}

/** What they answer. */
export interface BatchGetResult {
  readonly Responses: Readonly<Record<string, unknown>>;
  readonly UnprocessedKeys: Readonly<Record<string, object>>;
}

/** One write of a batch. */
export interface WriteRequest {
  readonly PutRequest?: { readonly Item: Attributes };
  readonly DeleteRequest?: { readonly Key: Attributes };
}

/** Writes to several tables. */
export interface BatchWrite {
  readonly RequestItems: Readonly<Record<string, readonly WriteRequest[]>>;
  readonly ReturnConsumedCapacity?: string;
}

/** A request about a table itself. */
export interface NamesTable {
  readonly TableName: string;
}

/** A change of a table. */
export interface TableUpdate extends NamesTable {
  readonly GlobalSecondaryIndexUpdates?: readonly { readonly Create?: object; readonly Delete?: object }[];
}

/** A parameter's type and constraints, in dynalite's notation. */
export type ParameterType =
  | string
  | { readonly type: string; readonly children?: ParameterType | ParameterTypes; readonly [constraint: string]: unknown };
/** Parameters by name. */
export type ParameterTypes = Readonly<Record<string, ParameterType>>;

/** One operation's parameters, and what cannot be said of each alone. */
export interface Validation<Checked> {
  readonly types: ParameterTypes;
  /** Answers what is wrong. Rewrites numbers into their canonical form, and parses the expressions, in place. */
  readonly custom?: (data: Checked, store: unknown) => string | undefined;
}

/** What dynalite reads from a request, operation by operation. */
export interface Checked {
  readonly batchGetItem: BatchGet;
  readonly batchWriteItem: BatchWrite;
  readonly createTable: NamesTable;
  readonly deleteItem: ParsedRequest;
  readonly deleteTable: NamesTable;
  readonly describeTable: NamesTable;
  readonly getItem: ParsedRequest;
  readonly listTables: object;
  readonly putItem: ParsedRequest;
  readonly query: ParsedRequest;
  readonly scan: ParsedRequest;
  readonly updateItem: ParsedRequest;
  readonly updateTable: TableUpdate;
}

/** What dynalite answers, as far as anybody here looks into it. */
export interface Results extends Readonly<Record<keyof Checked, object>> {
  readonly batchGetItem: BatchGetResult;
  readonly createTable: { readonly TableDescription: { CreationDateTime: number } };
  readonly getItem: { readonly Item?: Attributes };
}

/** The operations of dynalite that are used, as it names them. */
export type DynaliteOperation = keyof Checked;

/** An operation of dynalite's engine. */
export type Action<Result> = (store: unknown, data: unknown, done: (error: unknown, result: Result) => void) => void;

interface Validations {
  checkTypes(data: unknown, types: ParameterTypes): unknown;
  checkValidations<T>(data: T, types: ParameterTypes, custom: Validation<T>['custom'], store: unknown): void;
  /** Answers what is wrong with a value, and rewrites its numbers into their canonical form. */
  validateAttributeValue(value: unknown): string | undefined;
}

interface Db {
  createKey(item: Attributes, table: TableDescription): string;
  validateKey(key: Attributes, table: TableDescription): Error | undefined;
  validateItem(item: Attributes, table: TableDescription): Error | undefined;
  checkConditional(data: ParsedRequest, existing: Attributes | undefined): Error | null | undefined;
  capacityUnits(item: Attributes | undefined, isRead: boolean, isConsistent: boolean): number;
  getIndexActions(
    indexes: readonly IndexDescription[],
    existing: undefined,
    item: Attributes,
    table: TableDescription,
  ): { readonly puts: readonly { readonly key: string; readonly item: Attributes }[] };
}

// dynalite has neither types nor a public door for its parts: these deep imports are why its version is pinned exactly.
const load: (path: string) => unknown = createRequire(import.meta.url);

/** dynalite's checks that are common to all operations. */
export const validations: Validations = load('dynalite/validations') as Validations;
/** dynalite's keys, conditions and indexes. */
export const db: Db = load('dynalite/db') as Db;

/** dynalite's checks, operation by operation. */
export const VALIDATION: { readonly [Name in DynaliteOperation]: Validation<Checked[Name]> } = {
  batchGetItem: load('dynalite/validations/batchGetItem') as Validation<BatchGet>,
  batchWriteItem: load('dynalite/validations/batchWriteItem') as Validation<BatchWrite>,
  createTable: load('dynalite/validations/createTable') as Validation<NamesTable>,
  deleteItem: load('dynalite/validations/deleteItem') as Validation<ParsedRequest>,
  deleteTable: load('dynalite/validations/deleteTable') as Validation<NamesTable>,
  describeTable: load('dynalite/validations/describeTable') as Validation<NamesTable>,
  getItem: load('dynalite/validations/getItem') as Validation<ParsedRequest>,
  listTables: load('dynalite/validations/listTables') as Validation<object>,
  putItem: load('dynalite/validations/putItem') as Validation<ParsedRequest>,
  query: load('dynalite/validations/query') as Validation<ParsedRequest>,
  scan: load('dynalite/validations/scan') as Validation<ParsedRequest>,
  updateItem: load('dynalite/validations/updateItem') as Validation<ParsedRequest>,
  updateTable: load('dynalite/validations/updateTable') as Validation<TableUpdate>,
};

/** dynalite's engine, operation by operation. */
export const ACTION: { readonly [Name in DynaliteOperation]: Action<Results[Name]> } = {
  batchGetItem: load('dynalite/actions/batchGetItem') as Action<BatchGetResult>,
  batchWriteItem: load('dynalite/actions/batchWriteItem') as Action<object>,
  createTable: load('dynalite/actions/createTable') as Action<Results['createTable']>,
  deleteItem: load('dynalite/actions/deleteItem') as Action<object>,
  deleteTable: load('dynalite/actions/deleteTable') as Action<object>,
  describeTable: load('dynalite/actions/describeTable') as Action<object>,
  getItem: load('dynalite/actions/getItem') as Action<Results['getItem']>,
  listTables: load('dynalite/actions/listTables') as Action<object>,
  putItem: load('dynalite/actions/putItem') as Action<object>,
  query: load('dynalite/actions/query') as Action<object>,
  scan: load('dynalite/actions/scan') as Action<object>,
  updateItem: load('dynalite/actions/updateItem') as Action<object>,
  updateTable: load('dynalite/actions/updateTable') as Action<object>,
};
