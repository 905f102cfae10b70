import { isObject, type Json, type JsonObject } from '@tenant-aws/policy/json';
import { element } from '../../xml.ts';
import type { ServiceResponse } from '../service.ts';
import { keyName, wireName } from './query-names.ts';

/** The XML namespace of the query protocol of SQS. */
export const NAMESPACE = 'http://queue.amazonaws.com/doc/2012-11-05/';

const MAPS: ReadonlySet<string> = new Set(['Attributes', 'MessageAttributes', 'Tags']);
const WITHOUT_RESULT: ReadonlySet<string> = new Set([
  'ChangeMessageVisibility',
  'DeleteMessage',
  'DeleteQueue',
  'PurgeQueue',
  'SetQueueAttributes',
  'TagQueue',
  'UntagQueue',
]);

/** A response in the query protocol, from the members of the result in awsJson1.0. */
export function queryResponse(operation: string, result: JsonObject, requestId: string): ServiceResponse {
  const content = WITHOUT_RESULT.has(operation) ? '' : `<${operation}Result>${membersXml(operation, result)}</${operation}Result>`;
  const metadata = `<ResponseMetadata>${element('RequestId', requestId)}</ResponseMetadata>`;
  return {
    status: 200,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: `<${operation}Response xmlns="${NAMESPACE}">${content}${metadata}</${operation}Response>`,
  };
}

function membersXml(operation: string, members: JsonObject): string {
  return Object.entries(members)
    .map(([name, value]) => memberXml(operation, name, value))
    .join('');
}

function memberXml(operation: string, name: string, value: Json): string {
  const wire = wireName(operation, name);
  if (Array.isArray(value)) return value.map((each) => valueXml(operation, wire, each)).join('');
  if (!MAPS.has(name) || !isObject(value)) return valueXml(operation, wire, value);
  return Object.entries(value)
    .map(([key, each]) => `<${wire}>${element(keyName(wire), key)}${valueXml(operation, 'Value', each)}</${wire}>`)
    .join('');
}

function valueXml(operation: string, wire: string, value: Json): string {
  return isObject(value)
    ? `<${wire}>${membersXml(operation, value)}</${wire}>`
    : element(wire, typeof value === 'string' ? value : JSON.stringify(value));
}
