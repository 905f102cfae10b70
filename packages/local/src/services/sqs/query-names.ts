/** The names of lists and maps in the query protocol, which numbers their elements: `AttributeName.1`. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['AttributeNames', 'AttributeName'],
  ['Attributes', 'Attribute'],
  ['MessageAttributeNames', 'MessageAttributeName'],
  ['MessageAttributes', 'MessageAttribute'],
  ['MessageSystemAttributeNames', 'MessageSystemAttributeName'],
  ['MessageSystemAttributes', 'MessageSystemAttribute'],
  ['Messages', 'Message'],
  ['QueueUrls', 'QueueUrl'],
  ['TagKeys', 'TagKey'],
  ['Tags', 'Tag'],
  ['tags', 'Tag'],
  ['Failed', 'BatchResultErrorEntry'],
]);

/** The name of a parameter or of a member of a result in the query protocol. */
export function wireName(operation: string, name: string): string {
  if (name === 'Entries') return `${operation}RequestEntry`;
  if (name === 'Successful') return `${operation}ResultEntry`;
  return NAMES.get(name) ?? name;
}

/** The name of the key of an entry of a map: `Attribute.1.Name`, `Tag.1.Key`. */
export function keyName(wire: string): string {
  return wire === 'Tag' ? 'Key' : 'Name';
}
