import type { JsonObject } from '@tenant-aws/policy/json';
import { type Shape, STRING, structure, textOf } from './shape.ts';

const TYPE = /^(String|Number|Binary)(?:\.|$)/;

/** A message attribute as SQS and SNS receive it. */
export const MESSAGE_ATTRIBUTE: Shape = structure({ DataType: STRING, 'StringValue?': STRING, 'BinaryValue?': STRING });

/** Whether a message attribute has a known type and a value of that type, as SQS and SNS require. */
export function isMessageAttribute({ DataType, StringValue, BinaryValue }: JsonObject): boolean {
  const [, type] = TYPE.exec(textOf(DataType)) ?? [];
  return type !== undefined && textOf(type === 'Binary' ? BinaryValue : StringValue) !== '';
}
