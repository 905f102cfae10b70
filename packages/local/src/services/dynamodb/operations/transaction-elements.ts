import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { isObject, type JsonObject } from '@tenant-aws/policy/json';
import { validationError } from '../errors.ts';
import { iamRequest } from '../iam-request.ts';
import { attributesOf } from '../attributes.ts';
import type { ParameterTypes, ParsedRequest, Validation } from '../dynalite.ts';
import { leadingKey } from '../leading-key.ts';
import type { DynamoDbContext } from '../operation.ts';
import { withPlainTableName } from '../table-name.ts';
import { selection, returnedValues } from './items.ts';

/** A kind of element of a transaction. */
export interface ElementKind {
  /** `Put` */
  readonly name: string;
  /** The permission that it needs: `PutItem`. */
  readonly action: string;
  readonly validation: Validation<ParsedRequest>;
  /** A required member that its validation treats as optional. */
  readonly requires?: 'ConditionExpression' | 'UpdateExpression';
}

/** One checked element, with its parsed expressions. */
export interface Element {
  readonly kind: ElementKind;
  readonly data: ParsedRequest;
}

/** A checked transaction. */
export interface Transaction {
  readonly elements: readonly Element[];
  readonly ReturnConsumedCapacity?: string;
  readonly ReturnItemCollectionMetrics?: string;
  readonly ClientRequestToken?: string;
}

interface CheckedTransaction extends Omit<Transaction, 'elements'> {
  readonly TransactItems: readonly JsonObject[];
}

const COMMON: ParameterTypes = { ReturnConsumedCapacity: { type: 'String', enum: ['INDEXES', 'TOTAL', 'NONE'] } };

/** The checks of an operation, limited to the parameters that an element of a transaction has. */
export function elementValidation(base: Validation<ParsedRequest>, names: readonly string[]): Validation<ParsedRequest> {
  const types = Object.entries(base.types).filter(([name]) => ['TableName', 'ExpressionAttributeNames', ...names].includes(name));
  return { ...base, types: Object.fromEntries(types) };
}

/**
 * Checks a transaction and each of its elements.
 *
 * @throws {@link AwsError} 400 or 501
 */
export function readTransaction(
  { engine, scope }: DynamoDbContext,
  operation: string,
  parameters: JsonObject,
  kinds: readonly ElementKind[],
  more: ParameterTypes = {},
): Transaction {
  const members = kinds.map(({ name, validation }) => [name, { type: `FieldStruct<${name}>`, children: validation.types }] as const);
  const TransactItems = {
    type: 'List',
    notNull: true,
    lengthGreaterThanOrEqual: 1,
    lengthLessThanOrEqual: 100,
    children: { type: 'ValueStruct<TransactItem>', children: Object.fromEntries(members) },
  };
  const validation: Validation<CheckedTransaction> = { types: { TransactItems, ...COMMON, ...more } };
  const { TransactItems: items, ...rest } = engine.check(operation, parameters, validation);
  const elements = items.map((item): Element => {
    const [kind, ...others] = kinds.filter(({ name }) => name in item);
    const given = kind === undefined ? undefined : item[kind.name];
    if (kind === undefined || others.length > 0 || !isObject(given)) {
      throw validationError(`Each of TransactItems must have exactly one of ${kinds.map(({ name }) => name).join(', ')}`);
    }
    const data = engine.check(`${operation}.${kind.name}`, withPlainTableName(scope, given), kind.validation);
    if (kind.requires !== undefined && data[kind.requires] === undefined) {
      throw validationError(`${kind.name} must have ${kind.requires}`);
    }
    return { kind, data };
  });
  return { ...rest, elements };
}

/** One IAM request per action and table, with the set of all keys of its elements. */
export function transactionIamRequests(context: DynamoDbContext, operation: string, transaction: Transaction): IamRequest[] {
  const { engine } = context;
  const groups = Map.groupBy(transaction.elements, ({ kind, data }) => `${kind.action} ${data.TableName}`);
  return [...groups].map(([group, elements]) => {
    const [action = '', table = ''] = group.split(' ');
    const all = elements.map(({ data }) => data);
    const returned = all.map(returnedValues);
    return iamRequest(context, {
      action,
      table,
      keys: all.map((data) => leadingKey(data.Key ?? data.Item, engine.table(table))),
      attributes: new Set(all.flatMap((data) => [...attributesOf(data)])),
      select: action === 'GetItem' ? widestSelection(all) : undefined,
      returnValues: returned.find((values) => values === 'ALL_OLD') ?? returned.find((values) => values !== undefined),
      returnConsumedCapacity: transaction.ReturnConsumedCapacity,
      enclosingOperation: operation,
    });
  });
}

function widestSelection(all: readonly ParsedRequest[]): string {
  const selections = all.map(selection);
  return selections.find((selected) => selected !== 'SPECIFIC_ATTRIBUTES') ?? 'SPECIFIC_ATTRIBUTES';
}
