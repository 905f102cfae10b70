import { isForm } from '../../query-protocol.ts';
import { deniedMessage } from '../denial.ts';
import { jsonResponse, readJsonRequest } from '../json-protocol.ts';
import {
  AwsError,
  creationError,
  type Operation,
  type ResourceScope,
  type Service,
  unsupported,
  type VerifiedRequest,
} from '../service.ts';
import { errorResponse, SQS_PROTOCOL } from './errors.ts';
import type { Fauxqs } from './fauxqs.ts';
import { SQS_OPERATIONS } from './operations.ts';
import { decodeForm, readQueryForm } from './query-request.ts';
import { queryResponse } from './query-response.ts';
import { checkQueueName } from './queue.ts';
import { engineAttributes } from './queue-attributes.ts';
import { checkShape, withoutNulls } from '../shape.ts';

/** A queue to create at the start: its name, or the input of CreateQueue. */
export type QueueDefinition =
  | string
  | { readonly QueueName: string | undefined; readonly Attributes?: Readonly<Record<string, string>> | undefined };

/** Options of the local SQS. */
export interface SqsOptions extends ResourceScope {
  readonly queues: readonly QueueDefinition[];
  /** Closed with the service. */
  readonly engine: Fauxqs;
}

const BY_NAME = new Map(SQS_OPERATIONS.map((entry) => [entry.operation, entry]));

/**
 * Starts an SQS. Each request is parsed to the permissions that it needs, with the queue.
 *
 * @throws Error that names a queue that cannot be created
 */
export async function sqsService({ account, region, queues, engine }: SqsOptions): Promise<Service> {
  const scope: ResourceScope = { account, region };
  for (const queue of queues) await createQueue(scope, engine, typeof queue === 'string' ? { QueueName: queue } : queue);
  return {
    name: 'sqs',
    parse: (request) => parse(request, scope, engine),
    error: (error, { requestId, contentType }) => errorResponse(error, requestId, contentType),
    // SQS writes the action in lower case.
    denied: (_operation, { action, resource }, caller, denial) =>
      new AwsError('AccessDenied', 403, deniedMessage(caller, action.toLowerCase(), resource, denial)),
    close: () => engine.close(),
  };
}

function parse(request: VerifiedRequest, scope: ResourceScope, engine: Fauxqs): Operation {
  const form = isForm(request.headers.get('content-type')) ? readQueryForm(request, SQS_PROTOCOL.maxBodyBytes) : undefined;
  const { operation: name, parameters } = form ?? readJsonRequest(request, SQS_PROTOCOL);
  const operation = BY_NAME.get(name);
  if (operation === undefined) throw unsupported(name ? `The operation ${name}` : 'A request without an Action');
  const decoded = form === undefined ? parameters : decodeForm(parameters, operation);
  checkShape(decoded, operation.members, name);
  const given = withoutNulls(decoded);
  const context = { scope, engine, caller: request.caller, host: request.headers.get('host') ?? '', gone: request.gone };
  const parsed = operation.parse(given, context);
  return {
    ...parsed,
    name,
    async execute(refused) {
      const result = await parsed.execute(refused);
      return form === undefined
        ? jsonResponse(SQS_PROTOCOL, 200, JSON.stringify(result), request.requestId)
        : queryResponse(name, result, request.requestId);
    },
  };
}

async function createQueue(scope: ResourceScope, engine: Fauxqs, queue: Exclude<QueueDefinition, string>): Promise<void> {
  const { QueueName = '', Attributes = {}, ...unknown } = queue;
  try {
    checkQueueName(QueueName);
    for (const name of Object.keys(unknown)) throw unsupported(`\`${name}\``);
    await engine.run('CreateQueue', { QueueName, Attributes: engineAttributes(scope, { ...Attributes }, undefined) });
  } catch (error) {
    throw creationError('queue', QueueName, error);
  }
}
