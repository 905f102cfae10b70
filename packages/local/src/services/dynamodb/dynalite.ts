import * as dynalite from '../../../dynalite.cjs';

/** One attribute value in the JSON of the protocol: `{ S: 'acme' }`. */
export type AttributeValue = Readonly<Record<string, unknown>>;
/** Attributes by name: an item or a key. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** One element of a key: the first is the HASH key. */
export interface KeySchemaElement {
  readonly AttributeName: string;
  readonly KeyType: string;
}

export interface IndexDescription {
  readonly IndexName: string;
  readonly KeySchema: readonly KeySchemaElement[];
  readonly Projection: { readonly ProjectionType?: string; readonly NonKeyAttributes?: readonly string[] };
}

export interface GlobalIndexDescription extends IndexDescription {
  readonly IndexStatus?: string;
  readonly ProvisionedThroughput?: object;
}

/** A table as dynalite stores it. */
export interface TableDescription {
  readonly TableName: string;
  readonly TableId: string;
  readonly TableStatus: string;
  readonly KeySchema: readonly KeySchemaElement[];
  readonly AttributeDefinitions: readonly { readonly AttributeName: string; readonly AttributeType: string }[];
  readonly LocalSecondaryIndexes?: readonly IndexDescription[];
  readonly GlobalSecondaryIndexes?: readonly GlobalIndexDescription[];
  readonly BillingModeSummary?: { readonly BillingMode?: string };
  readonly StreamSpecification?: object | undefined;
  readonly SSEDescription?: object | undefined;
  readonly OnDemandThroughput?: object | undefined;
  readonly DeletionProtectionEnabled?: boolean;
}

/** A table to create. */
export type NewTable = Pick<
  TableDescription,
  'TableName' | 'KeySchema' | 'AttributeDefinitions' | 'LocalSecondaryIndexes' | 'GlobalSecondaryIndexes'
> & { readonly BillingMode?: string; readonly Tags?: readonly { readonly Key?: string; readonly Value?: string }[] };

/** A legacy condition, from `Expected`, `KeyConditions`, `QueryFilter` or `ScanFilter`. */
export interface Condition {
  readonly ComparisonOperator?: string;
  readonly AttributeValueList?: readonly AttributeValue[];
  readonly Value?: AttributeValue;
  readonly Exists?: boolean;
}

/** A path into an item, an attribute value, or an operator with its operands. */
export type Expression = readonly (string | number)[] | AttributeValue | { readonly type: string; readonly args: readonly Expression[] };

/** A parsed condition or filter, with the first names of all its paths. */
export interface ParsedCondition {
  readonly expression: Expression;
  readonly pathHeads: Readonly<Record<string, boolean>>;
  readonly nestedPaths: Readonly<Record<string, boolean>>;
}

/**
 * A request that dynalite has checked. Members with an underscore are the parsed expressions:
 * the same objects are authorised and executed.
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
  ExpressionAttributeValues?: Attributes;
  Select?: string;
  ReturnValues?: string;
  Segment?: number;
  TotalSegments?: number;
  ReturnConsumedCapacity?: string;
  ReturnItemCollectionMetrics?: string;
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

/** The keys that a batch reads from one table. */
export interface KeysAndAttributes extends Partial<ParsedRequest> {
  readonly Keys: readonly Attributes[];
}

/** A read from several tables. */
export interface BatchGet {
  readonly RequestItems: Readonly<Record<string, KeysAndAttributes>>;
  readonly ReturnConsumedCapacity?: string;
}

/** The result of a read from several tables. */
export interface BatchGetResult {
  readonly Responses: Readonly<Record<string, unknown>>;
  readonly UnprocessedKeys: Readonly<Record<string, object>>;
}

/** One write of a batch. */
export interface WriteRequest {
  readonly PutRequest?: { readonly Item: Attributes };
  readonly DeleteRequest?: { readonly Key: Attributes };
}

/** A write to several tables. */
export interface BatchWrite {
  readonly RequestItems: Readonly<Record<string, readonly WriteRequest[]>>;
  readonly ReturnConsumedCapacity?: string;
  readonly ReturnItemCollectionMetrics?: string;
}

/** A request about a table itself. */
export interface TableRequest {
  readonly TableName: string;
}

/** A change of a table. */
export interface TableUpdate extends TableRequest {
  readonly BillingMode?: string;
  readonly ProvisionedThroughput?: object;
  readonly GlobalSecondaryIndexUpdates?: readonly { readonly Create?: object; readonly Delete?: object }[];
}

/** A parameter's type and constraints, in dynalite's notation. */
export type ParameterType =
  | string
  | { readonly type: string; readonly children?: ParameterType | ParameterTypes; readonly [constraint: string]: unknown };
/** Parameters by name. */
export type ParameterTypes = Readonly<Record<string, ParameterType>>;

/** The types of one operation's parameters, and the checks that need more than one parameter. */
export interface Validation<Checked> {
  readonly types: ParameterTypes;
  /** Returns the error message, if any. Modifies `data`: numbers become canonical, expressions are parsed. */
  readonly custom?: (data: Checked, store: unknown) => string | undefined;
}

/** The checked parameters of each operation. */
export interface Checked {
  readonly batchGetItem: BatchGet;
  readonly batchWriteItem: BatchWrite;
  readonly createTable: NewTable;
  readonly deleteItem: ParsedRequest;
  readonly deleteTable: TableRequest;
  readonly describeTable: TableRequest;
  readonly getItem: ParsedRequest;
  readonly listTables: object;
  readonly putItem: ParsedRequest;
  readonly query: ParsedRequest;
  readonly scan: ParsedRequest;
  readonly updateItem: ParsedRequest;
  readonly updateTable: TableUpdate;
}

/** The result of each operation, with the members that are read here. */
export interface Results extends Readonly<Record<keyof Checked, object>> {
  readonly batchGetItem: BatchGetResult;
  readonly createTable: { readonly TableDescription: { CreationDateTime: number } };
  readonly deleteItem: WriteResult;
  readonly getItem: { readonly Item?: Attributes; readonly ConsumedCapacity?: object };
  readonly putItem: WriteResult;
  readonly query: PageResult;
  readonly scan: PageResult;
  readonly updateItem: WriteResult;
}

/** A page of items. */
export interface PageResult {
  readonly Items?: readonly Attributes[];
  readonly Count?: number;
  readonly LastEvaluatedKey?: Attributes;
  readonly ConsumedCapacity?: object;
}

/** The result of a write. The attributes are those that `ReturnValues` requests. */
export interface WriteResult {
  readonly Attributes?: Attributes;
  readonly ConsumedCapacity?: object;
}

/** The operations of dynalite that are used here, by dynalite's names. */
export type DynaliteOperation = keyof Checked;

/** An operation of dynalite's engine. */
export type Action<Result> = (store: unknown, data: unknown, done: (error: unknown, result: Result) => void) => void;

interface Validations {
  checkTypes(data: unknown, types: ParameterTypes): unknown;
  checkValidations<T>(data: T, types: ParameterTypes, custom: Validation<T>['custom'], store: unknown): void;
  /** Returns the error message for a value, if any. Modifies it: numbers become canonical. */
  validateAttributeValue(value: unknown): string | undefined;
}

interface Db {
  createKey(item: Attributes, table: TableDescription): string;
  validateKey(key: Attributes, table: TableDescription): Error | undefined;
  validateItem(item: Attributes, table: TableDescription): Error | undefined;
  compare(operator: string, value: AttributeValue | undefined, operands: readonly (AttributeValue | undefined)[]): boolean;
  mapPaths(paths: readonly (string | readonly (string | number)[])[], item: Attributes): Attributes;
  capacityUnits(item: Attributes | undefined, isRead: boolean, isConsistent: boolean): number;
  getIndexActions(
    indexes: readonly IndexDescription[],
    existing: undefined,
    item: Attributes,
    table: TableDescription,
  ): { readonly puts: readonly { readonly key: string; readonly item: Attributes }[] };
}

/** dynalite's checks for all operations. */
export const validations: Validations = dynalite.validations as Validations;
/** dynalite's keys, conditions and indexes. */
export const db: Db = dynalite.db as Db;

/** dynalite's checks by operation. */
export const VALIDATION: { readonly [Name in DynaliteOperation]: Validation<Checked[Name]> } = dynalite.VALIDATION as typeof VALIDATION;

/** dynalite's engine by operation. */
export const ACTION: { readonly [Name in DynaliteOperation]: Action<Results[Name]> } = dynalite.ACTION as typeof ACTION;
