import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { type Home, tableArn } from './table-name.ts';

/** What one request wants of one table or index, as far as condition keys can tell. */
export interface Access {
  /** `GetItem` */
  readonly action: string;
  readonly table: string;
  readonly index?: string | undefined;
  /** The leading keys; one that is undefined is one that the request does not name. */
  readonly keys?: readonly (string | undefined)[];
  readonly attributes?: ReadonlySet<string>;
  readonly select?: string | undefined;
  readonly returnValues?: string | undefined;
  readonly returnConsumedCapacity?: string | undefined;
  readonly enclosingOperation?: string;
}

/** The request as IAM sees it. */
export function asIamRequest(home: Home, access: Access): IamRequest {
  const context: Record<string, string | readonly string[]> = {};
  const keys = access.keys ?? [];
  // One key that is not named makes the whole set unknown: a policy must not find only the keys it likes in it.
  if (keys.length > 0 && keys.every((key) => key !== undefined)) context['dynamodb:LeadingKeys'] = [...new Set(keys)];
  if (access.attributes !== undefined && access.attributes.size > 0) context['dynamodb:Attributes'] = [...access.attributes];
  if (access.select !== undefined) context['dynamodb:Select'] = access.select;
  if (access.returnValues !== undefined) context['dynamodb:ReturnValues'] = access.returnValues;
  if (access.returnConsumedCapacity !== undefined) context['dynamodb:ReturnConsumedCapacity'] = access.returnConsumedCapacity;
  if (access.enclosingOperation !== undefined) context['dynamodb:EnclosingOperation'] = access.enclosingOperation;
  return { action: `dynamodb:${access.action}`, resource: tableArn(home, access.table, access.index), context };
}
