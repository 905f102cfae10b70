import type { JsonObject } from '../strict-json.ts';
import { textOf } from './shape.ts';

const TYPE = /^(String|Number|Binary)(?:\.|$)/;

/** Whether an attribute of a message has a type that there is, and a value of it, as SQS and SNS both ask. */
export function isMessageAttribute({ DataType, StringValue, BinaryValue }: JsonObject): boolean {
  const [, type] = TYPE.exec(textOf(DataType)) ?? [];
  return type !== undefined && textOf(type === 'Binary' ? BinaryValue : StringValue) !== '';
}
