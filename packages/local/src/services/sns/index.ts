import { queryError } from '../../aws-error.ts';
import { readForm } from '../../sts/form.ts';
import { element } from '../../xml.ts';
import { deniedMessage } from '../denial.ts';
import {
  AwsError,
  creationError,
  type Operation,
  type ResourceScope,
  type Service,
  unsupported,
  type VerifiedRequest,
} from '../service.ts';
import { demandShape } from '../shape.ts';
import type { Fauxqs } from '../sqs/fauxqs.ts';
import { asTree } from './form-tree.ts';
import { SNS_OPERATIONS } from './operations.ts';
import { Topics } from './topics.ts';

/** A topic that exists from the start: its name, or a name with attributes. */
export type TopicDefinition =
  | string
  | { readonly Name: string | undefined; readonly Attributes?: Readonly<Record<string, string>> | undefined };

/** What the local SNS is started with. */
export interface SnsOptions extends ResourceScope {
  readonly topics: readonly TopicDefinition[];
  /** Where the queues are. */
  readonly engine: Fauxqs;
}

const NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/';
const VERSION = '2010-03-31';
/** A message of 256 KB, each of whose bytes is escaped, and then some. */
const MAX_FORM = 2 * 1024 * 1024;
const BY_NAME = new Map(SNS_OPERATIONS.map((row) => [row.operation, row]));

/**
 * Starts an SNS that delivers to the queues of the local SQS.
 *
 * @throws Error for a topic that cannot be created, which it names
 */
export function snsService({ account, region, topics: definitions, engine }: SnsOptions): Service {
  const scope: ResourceScope = { account, region };
  const topics = new Topics(scope);
  for (const definition of definitions) createTopic(topics, typeof definition === 'string' ? { Name: definition } : definition);
  return {
    name: 'sns',
    parse: (request) => parse(request, topics, engine),
    error: (error, { requestId }) => queryError(error, NAMESPACE, requestId),
    // SNS writes its own name in upper case.
    denied: (_operation, { action, resource }, caller, denial) =>
      new AwsError('AuthorizationError', 403, deniedMessage(caller, action.replace('sns:', 'SNS:'), resource, denial)),
  };
}

function parse(request: VerifiedRequest, topics: Topics, engine: Fauxqs): Operation {
  const form = new Map(readForm(request, { version: VERSION, maxBytes: MAX_FORM }));
  const name = form.get('Action') ?? '';
  const operation = BY_NAME.get(name);
  if (operation === undefined) throw unsupported('This operation');
  form.delete('Action');
  form.delete('Version');
  const given = asTree(form);
  demandShape(given, operation.members, name);
  const delivery = { scope: topics.scope, engine, now: request.now };
  const parsed = operation.parse(given, { topics, delivery, caller: request.caller });
  return {
    ...parsed,
    name,
    async execute(refused) {
      const inside = await parsed.execute(refused);
      const result = inside === undefined ? '' : `<${name}Result>${inside}</${name}Result>`;
      const metadata = `<ResponseMetadata>${element('RequestId', request.requestId)}</ResponseMetadata>`;
      const body = `<${name}Response xmlns="${NAMESPACE}">${result}${metadata}</${name}Response>`;
      return { status: 200, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': request.requestId }, body };
    },
  };
}

function createTopic(topics: Topics, { Name = '', Attributes = {}, ...unknown }: Exclude<TopicDefinition, string>): void {
  try {
    for (const name of Object.keys(unknown)) throw unsupported(`\`${name}\``);
    topics.create(Name, Attributes);
  } catch (error) {
    throw creationError('topic', Name, error);
  }
}
