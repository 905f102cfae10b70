import type { ParameterTypes } from '../dynalite.ts';

/** The parameters of one statement. */
export const STATEMENT: ParameterTypes = {
  Statement: { type: 'String', notNull: true, lengthGreaterThanOrEqual: 1, lengthLessThanOrEqual: 8192 },
  Parameters: { type: 'List', lengthGreaterThanOrEqual: 1, children: 'AttrStruct<ValueStruct>' },
  ConsistentRead: 'Boolean',
  ReturnValuesOnConditionCheckFailure: { type: 'String', enum: ['ALL_OLD', 'NONE'] },
};

export const CAPACITY: ParameterTypes = { ReturnConsumedCapacity: { type: 'String', enum: ['INDEXES', 'TOTAL', 'NONE'] } };

/** The permissions that statements need. For the documentation. */
export const PARTIQL_ACTIONS: readonly string[] = [
  'dynamodb:PartiQLSelect',
  'dynamodb:PartiQLInsert',
  'dynamodb:PartiQLUpdate',
  'dynamodb:PartiQLDelete',
];

/** The condition keys of those permissions. For the documentation. */
export const CONDITION_KEYS: readonly string[] = [
  'dynamodb:LeadingKeys',
  'dynamodb:Attributes',
  'dynamodb:Select',
  'dynamodb:ReturnValues',
  'dynamodb:FullTableScan',
];
