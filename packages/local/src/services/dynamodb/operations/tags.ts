import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { AwsError } from '../../service.ts';
import type { TableDescription, Validation } from '../dynalite.ts';
import { type ItemAccess, iamRequest } from '../iam-request.ts';
import { type DynamoDbContext, type DynamoDbOperation, pinTables } from '../operation.ts';
import { tableOfArn } from '../table-name.ts';
import { mergedTags, TAG_LIST, type Tag, tagsFault, tagsOf } from '../tags.ts';

interface ResourceRequest {
  readonly ResourceArn?: string;
}

const ResourceArn = 'String';

const TAG: Validation<ResourceRequest & { readonly Tags: readonly Tag[] }> = {
  types: { ResourceArn, Tags: { ...TAG_LIST, notNull: true } },
  custom: ({ Tags }) => (Tags.length === 0 ? 'Atleast one Tag needs to be provided as Input.' : tagsFault(Tags)),
};

const UNTAG: Validation<ResourceRequest & { readonly TagKeys: readonly string[] }> = {
  types: { ResourceArn, TagKeys: { type: 'List', children: 'String', notNull: true } },
  custom: ({ TagKeys }) => (TagKeys.length === 0 ? 'Atleast one Tag Key needs to be provided as Input.' : undefined),
};

/** The operations on the tags of a table. */
export const TAG_OPERATIONS: readonly DynamoDbOperation[] = [
  {
    operation: 'TagResource',
    actions: ['dynamodb:TagResource'],
    conditionKeys: ['aws:RequestTag/*', 'aws:TagKeys'],
    parse(parameters, context) {
      const data = context.engine.check('TagResource', parameters, TAG);
      const added = tagsOf(data.Tags);
      return onTable(context, data, { action: 'TagResource', requestTags: added }, ({ metadata }, table) => {
        metadata.setTags(table, mergedTags(metadata.tagsOf(table), added));
      });
    },
  },
  {
    operation: 'UntagResource',
    actions: ['dynamodb:UntagResource'],
    conditionKeys: ['aws:TagKeys'],
    parse(parameters, context) {
      const data = context.engine.check('UntagResource', parameters, UNTAG);
      return onTable(context, data, { action: 'UntagResource', tagKeys: data.TagKeys }, ({ metadata }, table) => {
        const kept = [...metadata.tagsOf(table)].filter(([key]) => !data.TagKeys.includes(key));
        metadata.setTags(table, new Map(kept));
      });
    },
  },
  {
    operation: 'ListTagsOfResource',
    actions: ['dynamodb:ListTagsOfResource'],
    conditionKeys: [],
    parse(parameters, context) {
      const data: ResourceRequest = context.engine.check('ListTagsOfResource', parameters, { types: { ResourceArn } });
      return onTable(context, data, { action: 'ListTagsOfResource' }, ({ metadata }, table) => ({
        Tags: Array.from(metadata.tagsOf(table), ([Key, Value]) => ({ Key, Value })),
      }));
    },
  },
];

function onTable(
  context: DynamoDbContext,
  { ResourceArn: arn }: ResourceRequest,
  access: Omit<ItemAccess, 'table'>,
  run: (engine: DynamoDbContext['engine'], table: TableDescription) => unknown,
): { readonly authorize: readonly IamRequest[]; execute(): unknown } {
  const name = tableOfArn(context.scope, arn);
  const checkSameTables = pinTables(context, [name]);
  return {
    authorize: [iamRequest(context, { ...access, table: name })],
    execute() {
      checkSameTables();
      const table = context.engine.table(name);
      if (table === undefined)
        throw new AwsError('ResourceNotFoundException', 400, `Requested resource not found: ResourcArn: ${arn} not found`);
      return run(context.engine, table);
    },
  };
}
