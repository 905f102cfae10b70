import { isObject, JsonError, type Json, type JsonObject, parseJson } from '@tenant-aws/policy/json';
import { textOf } from '../shape.ts';

/** The error of one entry. The other entries of the request are accepted. */
export interface EntryError {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

const REQUIRED = ['Source', 'DetailType', 'Detail'] as const;
const MAX_SOURCE = 256;
const MAX_DETAIL_TYPE = 128;
/** The levels that EventBridge processes. */
const DETAIL_RULES = { maxDepth: 1000, portable: true };
const TIME_BYTES = 14;

/** Whether the entry has each of the properties that an event needs. */
export function isComplete(entry: JsonObject): boolean {
  return REQUIRED.every((name) => textOf(entry[name]) !== '');
}

/**
 * The size of an entry in bytes.
 *
 * @see Amazon EventBridge User Guide, "Calculating PutEvents event entry size"
 */
export function entryBytes({ Time, Source, DetailType, Detail, Resources }: JsonObject): number {
  const texts = [Source, DetailType, Detail, ...(Array.isArray(Resources) ? Resources : [])].map(textOf);
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), Time === undefined ? 0 : TIME_BYTES);
}

/**
 * Parses the detail of an entry, or returns the error that AWS reports for the entry.
 *
 * @see Amazon EventBridge API Reference, "PutEventsResultEntry"
 */
export function readDetail(entry: JsonObject): { readonly detail: Record<string, unknown> } | EntryError {
  const missing = REQUIRED.find((name) => textOf(entry[name]) === '');
  if (missing !== undefined) return invalidArgument(missing, `${missing} is a required argument.`);
  const source = textOf(entry['Source']);
  if (source.length > MAX_SOURCE) return invalidArgument('Source', `Source must have at most ${MAX_SOURCE} characters.`);
  if (textOf(entry['DetailType']).length > MAX_DETAIL_TYPE) {
    return invalidArgument('DetailType', `DetailType must have at most ${MAX_DETAIL_TYPE} characters.`);
  }
  if (source.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  const detail = parseDetail(textOf(entry['Detail']));
  return isObject(detail) ? { detail: structuredClone(detail) } : { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
}

function parseDetail(text: string): Json | undefined {
  try {
    return parseJson(text, DETAIL_RULES);
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

function invalidArgument(name: string, reason: string): EntryError {
  return { ErrorCode: 'InvalidArgument', ErrorMessage: `Parameter ${name} is not valid. Reason: ${reason}` };
}
