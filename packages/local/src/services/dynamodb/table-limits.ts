import type { IndexDescription, NewTable } from './dynalite.ts';
import { firstFault } from './first-fault.ts';
import { indexesOf } from './table-index.ts';

const MAX_PROJECTED = 20;
const MAX_PROJECTED_IN_TABLE = 100;
const MAX_NAME_BYTES = 255;
const INVALID = 'One or more parameter values were invalid: ';

/**
 * The limits of a new table that dynalite does not check.
 *
 * @returns the error message, if any
 * @see Amazon DynamoDB API Reference, "CreateTable" and "Projection"
 */
export function tableFault(table: NewTable): string | undefined {
  const indexes = indexesOf(table);
  return (
    definitionFault(table) ??
    nameFault([table, ...indexes].flatMap(({ KeySchema }) => KeySchema.map(({ AttributeName }) => AttributeName))) ??
    firstFault(indexes, projectionFault) ??
    (projected(indexes).length > MAX_PROJECTED_IN_TABLE
      ? `${INVALID}all indexes together can have at most ${MAX_PROJECTED_IN_TABLE} NonKeyAttributes`
      : undefined) ??
    firstFault(table.GlobalSecondaryIndexes ?? [], ({ IndexName, ProvisionedThroughput }) =>
      table.BillingMode !== 'PAY_PER_REQUEST' && ProvisionedThroughput === undefined
        ? `${INVALID}ProvisionedThroughput is not specified for index: ${IndexName}`
        : undefined,
    )
  );
}

function definitionFault(table: NewTable): string | undefined {
  const defined = table.AttributeDefinitions.map(({ AttributeName }) => AttributeName);
  const twice = defined.find((name, at) => defined.indexOf(name) !== at);
  if (twice !== undefined) return `Attribute Name is duplicated: ${twice}`;
  const keys = new Set([table, ...indexesOf(table)].flatMap(({ KeySchema }) => KeySchema.map(({ AttributeName }) => AttributeName)));
  if (defined.every((name) => keys.has(name))) return undefined;
  const [names, used] = [defined.join(', '), [...keys].join(', ')];
  return `${INVALID}Some AttributeDefinitions are not used. AttributeDefinitions: [${names}], keys used: [${used}]`;
}

function projectionFault({ Projection: { ProjectionType, NonKeyAttributes = [] } }: IndexDescription): string | undefined {
  if (ProjectionType === 'INCLUDE' && NonKeyAttributes.length === 0)
    return `${INVALID}ProjectionType is INCLUDE, but NonKeyAttributes is not specified`;
  if (NonKeyAttributes.length > MAX_PROJECTED) return `${INVALID}an index can have at most ${MAX_PROJECTED} NonKeyAttributes`;
  const twice = NonKeyAttributes.find((name, at) => NonKeyAttributes.indexOf(name) !== at);
  return twice === undefined ? nameFault(NonKeyAttributes) : `${INVALID}Duplicate element in NonKeyAttributes: ${twice}`;
}

function nameFault(names: readonly string[]): string | undefined {
  const valid = names.every((name) => name !== '' && Buffer.byteLength(name) <= MAX_NAME_BYTES);
  return valid ? undefined : `${INVALID}The name of a key attribute or of a projected attribute must have 1 to ${MAX_NAME_BYTES} bytes`;
}

function projected(indexes: readonly IndexDescription[]): readonly string[] {
  return indexes.flatMap(({ Projection: { NonKeyAttributes = [] } }) => NonKeyAttributes);
}
