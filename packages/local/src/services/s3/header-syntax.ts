const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** A field name by RFC 9110. */
export function isHeaderName(name: string): boolean {
  return TOKEN.test(name);
}

/** A field value by RFC 9110: no line break, nothing that one byte cannot hold. */
export function isHeaderValue(value: string): boolean {
  return FIELD_VALUE.test(value);
}
