const DIGITS = /^(?:0|[1-9][0-9]{0,14})$/;

/**
 * A whole number written in plain decimal digits, or undefined.
 * `1e3`, `0x10`, `+60`, `60.5`, `060`, ` 60` and the empty string are no numbers here:
 * `Number()` reads all of them, and two readers that differ are a hole.
 */
export function strictInteger(text: string, range: { readonly min: number; readonly max: number }): number | undefined {
  if (!DIGITS.test(text)) return undefined;
  const value = Number(text);
  return value >= range.min && value <= range.max ? value : undefined;
}
