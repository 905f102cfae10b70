const DIGITS = /^(?:0|[1-9][0-9]{0,14})$/;

/**
 * Parses an integer in plain decimal digits; undefined for any other text, or for a number out of range.
 * Refuses `1e3`, `0x10`, `+60`, `60.5`, `060`, ` 60` and the empty string. `Number()` accepts all of them:
 * two parsers that differ would be a vulnerability.
 */
export function strictInteger(text: string, range: { readonly min: number; readonly max: number }): number | undefined {
  if (!DIGITS.test(text)) return undefined;
  const value = Number(text);
  return value >= range.min && value <= range.max ? value : undefined;
}
