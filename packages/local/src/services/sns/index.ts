import { parseFormTree } from '../../form-tree.ts';
import { queryError, readForm } from '../../query-protocol.ts';
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
import { checkShape } from '../shape.ts';
import type { Fauxqs } from '../sqs/fauxqs.ts';
import { SNS_OPERATIONS } from './operations.ts';
import { Topics } from './topics.ts';

/** A topic to create at the start: its name, or its name and attributes. */
export type TopicDefinition =
  | string
  | { readonly Name: string | undefined; readonly Attributes?: Readonly<Record<string, string>> | undefined };

/** Options of the local SNS. */
export interface SnsOptions extends ResourceScope {
  readonly topics: readonly TopicDefinition[];
  /** The engine of the queues that topics deliver to. */
  readonly engine: Fauxqs;
}

const NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/';
const VERSION = '2010-03-31';
/** Enough for a message of 256 KB in which every byte is percent-encoded. */
const MAX_FORM = 2 * 1024 * 1024;
const BY_NAME = new Map(SNS_OPERATIONS.map((entry) => [entry.operation, entry]));

/**
 * Starts an SNS that delivers to the queues of the local SQS.
 *
 * @throws Error that names a topic that cannot be created
 */
export function snsService({ account, region, topics: definitions, engine }: SnsOptions): Service {
  const scope: ResourceScope = { account, region };
  const topics = new Topics(scope);
  for (const definition of definitions) createTopic(topics, typeof definition === 'string' ? { Name: definition } : definition);
  return {
    name: 'sns',
    parse: (request) => parse(request, topics, engine),
    error: (error, { requestId }) => queryError(error, NAMESPACE, requestId),
    // SNS writes its prefix in upper case.
    denied: (_operation, { action, resource }, caller, denial) =>
      new AwsError('AuthorizationError', 403, deniedMessage(caller, action.replace('sns:', 'SNS:'), resource, denial)),
  };
}

function parse(request: VerifiedRequest, topics: Topics, engine: Fauxqs): Operation {
  const form = new Map(readForm(request, { version: VERSION, maxBytes: MAX_FORM }));
  const name = form.get('Action') ?? '';
  const operation = BY_NAME.get(name);
  if (operation === undefined) throw unsupported(name ? `The operation ${name}` : 'A request without an Action');
  form.delete('Action');
  form.delete('Version');
  const given = parseFormTree(form);
  checkShape(given, operation.members, name);
  const delivery = { scope: topics.scope, engine, now: request.now };
  const parsed = operation.parse(given, { topics, delivery, caller: request.caller });
  return {
    ...parsed,
    name,
    async execute(refused) {
      const content = await parsed.execute(refused);
      const result = content === undefined ? '' : `<${name}Result>${content}</${name}Result>`;
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
