import type { IamRequest } from '@tenant-aws/prover/evaluator';
import type { ResourceScope } from '../service.ts';
import { tableArn } from './table-name.ts';

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
export function asIamRequest(scope: ResourceScope, access: Access): IamRequest {
  const context: Record<string, string | readonly string[]> = {};
  const named = (access.keys ?? []).filter((key) => key !== undefined);
  // Beside others, a key that is not named counts as one that no table has and no policy lists. Left out, it would let a policy find
  // only the keys it likes; and without the whole set `ForAllValues` would hold over nothing, whatever the other keys are.
  const unnamed = named.length < (access.keys ?? []).length ? [''] : [];
  if (named.length > 0) context['dynamodb:LeadingKeys'] = [...new Set([...named, ...unnamed])];
  if (access.attributes !== undefined && access.attributes.size > 0) context['dynamodb:Attributes'] = [...access.attributes];
  if (access.select !== undefined) context['dynamodb:Select'] = access.select;
  if (access.returnValues !== undefined) context['dynamodb:ReturnValues'] = access.returnValues;
  if (access.returnConsumedCapacity !== undefined) context['dynamodb:ReturnConsumedCapacity'] = access.returnConsumedCapacity;
  if (access.enclosingOperation !== undefined) context['dynamodb:EnclosingOperation'] = access.enclosingOperation;
  return { action: `dynamodb:${access.action}`, resource: tableArn(scope, access.table, access.index), context };
}
