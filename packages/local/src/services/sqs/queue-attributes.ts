import { isObject, JsonError, type JsonObject } from '@tenant-aws/policy/json';
import { parseStrictJson } from '../../strict-json.ts';
import { strictInteger } from '../../strict-integer.ts';
import { denyToSessions } from '../denial.ts';
import { AwsError, type Caller, type ResourceScope, unsupported } from '../service.ts';
import { engineArn, queueArn, queueNameOfArn } from './queue.ts';
import { textOf } from '../shape.ts';

const RANGES: ReadonlyMap<string, { readonly min: number; readonly max: number }> = new Map([
  ['VisibilityTimeout', { min: 0, max: 43_200 }],
  ['DelaySeconds', { min: 0, max: 900 }],
  ['ReceiveMessageWaitTimeSeconds', { min: 0, max: 20 }],
  ['MaximumMessageSize', { min: 1024, max: 1_048_576 }],
  ['MessageRetentionPeriod', { min: 60, max: 1_209_600 }],
]);
const FLAGS: ReadonlySet<string> = new Set(['FifoQueue', 'ContentBasedDeduplication']);

/**
 * Checks the attributes of a queue, and translates them for the engine.
 * No session may set a RedrivePolicy: the engine moves messages to the dead-letter queue later, without a permission check.
 *
 * @param caller Undefined for a queue that is created at the start
 * @throws {@link AwsError} 501 for an unknown attribute, 400 for an invalid value
 */
export function engineAttributes(scope: ResourceScope, attributes: JsonObject, caller: Caller | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => {
      const text = textOf(value);
      const range = RANGES.get(name);
      if (range !== undefined) checkValue(name, strictInteger(text, range) !== undefined);
      else if (FLAGS.has(name)) checkValue(name, text === 'true' || text === 'false');
      else if (name === 'RedrivePolicy') return [name, engineRedrivePolicy(scope, text, caller)];
      else throw unsupported(`The attribute ${name}`);
      return [name, text];
    }),
  );
}

/** Translates the attributes of a queue for the client: the engine has only one account. */
export function clientAttributes(scope: ResourceScope, name: string, attributes: JsonObject): JsonObject {
  const { QueueArn, RedrivePolicy, ...rest } = attributes;
  return {
    ...rest,
    ...(QueueArn === undefined ? {} : { QueueArn: queueArn(scope, name) }),
    ...(typeof RedrivePolicy === 'string' ? { RedrivePolicy: RedrivePolicy.replace(engineArn(scope, ''), queueArn(scope, '')) } : {}),
  };
}

function engineRedrivePolicy(scope: ResourceScope, text: string, caller: Caller | undefined): string {
  if (caller !== undefined) denyToSessions(caller, 'sqs:SetQueueAttributes with a RedrivePolicy', 'AccessDenied');
  if (text === '') return text;
  const { deadLetterTargetArn, maxReceiveCount, ...unknown } = redrivePolicy(text);
  const name = typeof deadLetterTargetArn === 'string' ? queueNameOfArn(scope, deadLetterTargetArn) : undefined;
  // Clients send both `5` and `"5"`.
  const count = strictInteger(typeof maxReceiveCount === 'number' ? String(maxReceiveCount) : textOf(maxReceiveCount), {
    min: 1,
    max: 1000,
  });
  if (name === undefined || count === undefined || Object.keys(unknown).length > 0) throw invalid('RedrivePolicy');
  return JSON.stringify({ deadLetterTargetArn: engineArn(scope, name), maxReceiveCount: count });
}

function redrivePolicy(text: string): JsonObject {
  try {
    const policy = parseStrictJson(Buffer.from(text));
    if (isObject(policy)) return policy;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
  }
  throw invalid('RedrivePolicy');
}

function checkValue(name: string, isValid: boolean): void {
  if (!isValid) throw invalid(name);
}

function invalid(name: string): AwsError {
  return new AwsError('InvalidAttributeValue', 400, `Invalid value for the parameter ${name}.`);
}
