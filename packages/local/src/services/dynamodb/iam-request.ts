import type { IamRequest } from '@tenant-aws/prover/evaluator';
import type { DynamoDbContext } from './operation.ts';
import type { Tags } from './table-metadata.ts';
import { tableArn } from './table-name.ts';

/** One action on one table or index, with the values of its condition keys. */
export interface ItemAccess {
  /** `GetItem` */
  readonly action: string;
  readonly table: string;
  readonly index?: string | undefined;
  /** The leading keys; undefined for an item whose leading key the request does not name. */
  readonly keys?: readonly (string | undefined)[];
  readonly attributes?: ReadonlySet<string>;
  readonly select?: string | undefined;
  readonly returnValues?: string | undefined;
  readonly returnConsumedCapacity?: string | undefined;
  readonly enclosingOperation?: string;
  /** Whether a PartiQL SELECT reads a whole table or index. */
  readonly fullTableScan?: boolean | undefined;
  /** The tags that the request adds to the table. */
  readonly requestTags?: Tags;
  /** The keys of the tags that the request removes. */
  readonly tagKeys?: readonly string[];
}

/** The request to IAM for an action on a table or an index. */
export function iamRequest({ scope, engine }: DynamoDbContext, access: ItemAccess): IamRequest {
  const context: Record<string, string | readonly string[]> = tagKeys(access);
  for (const [key, value] of engine.metadata.tagsOf(engine.table(access.table))) context[`aws:ResourceTag/${key}`] = value;
  const named = (access.keys ?? []).filter((key) => key !== undefined);
  // If some keys are named and others are not, the empty string stands for the others: no policy lists it. Without it, a policy would
  // see only the named keys. If the key set were omitted, `ForAllValues` would match for any other keys.
  const unnamed = named.length < (access.keys ?? []).length ? [''] : [];
  if (named.length > 0) context['dynamodb:LeadingKeys'] = [...new Set([...named, ...unnamed])];
  if (access.attributes !== undefined && access.attributes.size > 0) context['dynamodb:Attributes'] = [...access.attributes];
  if (access.select !== undefined) context['dynamodb:Select'] = access.select;
  if (access.returnValues !== undefined) context['dynamodb:ReturnValues'] = access.returnValues;
  if (access.returnConsumedCapacity !== undefined) context['dynamodb:ReturnConsumedCapacity'] = access.returnConsumedCapacity;
  if (access.enclosingOperation !== undefined) context['dynamodb:EnclosingOperation'] = access.enclosingOperation;
  if (access.fullTableScan !== undefined) context['dynamodb:FullTableScan'] = String(access.fullTableScan);
  return { action: `dynamodb:${access.action}`, resource: tableArn(scope, access.table, access.index), context };
}

function tagKeys({ requestTags, tagKeys: removed }: ItemAccess): Record<string, string | readonly string[]> {
  const keys = requestTags === undefined ? removed : [...requestTags.keys()];
  const requested = Array.from(requestTags ?? [], ([key, value]) => [`aws:RequestTag/${key}`, value] as const);
  return { ...Object.fromEntries(requested), ...(keys !== undefined && keys.length > 0 && { 'aws:TagKeys': keys }) };
}
