import type { JsonObject } from '@tenant-aws/policy/json';
import { isBase64, type Shape, STRING, structure, textOf } from './shape.ts';

const TYPE = /^(String|Number|Binary)(?:\.[^\0]+)?$/;
const MAX_NAME = 256;
/** No period at an end, and none beside another. `__proto__` is refused, because attributes become members of objects. */
const NAME = /^(?!__proto__$)[\w-]+(?:\.[\w-]+)*$/;
const NUMBER = /^[+-]?(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE][+-]?\d{1,3})?$/;
const MAX_DIGITS = 38;
/** The characters of XML 1.0, which message bodies may have, too. */
const TEXT = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]+$/u;

/** Letters, digits and punctuation of ASCII. */
const GROUP_ID = /^[!-~]{1,128}$/;

/** A message attribute as SQS and SNS receive it. */
export const MESSAGE_ATTRIBUTE: Shape = structure({ DataType: STRING, 'StringValue?': STRING, 'BinaryValue?': STRING });

/**
 * Whether a message attribute has a known type and a value of that type, as SQS and SNS require.
 *
 * @see Amazon SQS Developer Guide, "Amazon SQS message metadata": data types
 */
export function isMessageAttribute({ DataType, StringValue, BinaryValue }: JsonObject): boolean {
  const dataType = textOf(DataType);
  const [, type] = TYPE.exec(dataType) ?? [];
  if (type === undefined || dataType.length > MAX_NAME) return false;
  if (type === 'Binary') return StringValue === undefined && BinaryValue !== '' && isBase64(BinaryValue);
  if (BinaryValue !== undefined) return false;
  return type === 'Number' ? isNumber(textOf(StringValue)) : TEXT.test(textOf(StringValue));
}

/** @see Amazon SQS Developer Guide, "Amazon SQS message metadata": names */
export function isMessageAttributeName(name: string): boolean {
  return name.length <= MAX_NAME && NAME.test(name);
}

/** Whether a text is a message group id or a deduplication id of SQS and SNS. */
export function isGroupId(text: string): boolean {
  return GROUP_ID.test(text);
}

function isNumber(text: string): boolean {
  const [match, whole = '', fraction = '', onlyFraction = ''] = NUMBER.exec(text) ?? [];
  return match !== undefined && `${whole}${fraction}${onlyFraction}`.replace(/^0+|0+$/g, '').length <= MAX_DIGITS;
}
