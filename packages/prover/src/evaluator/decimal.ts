/** A number as IAM writes it, exact: doubles would make neighbours of 2^53 equal. The value is `units` / 10^`scale`. */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

/** An integer or a decimal fraction. No exponent, no hexadecimal. The length is bounded because reading takes quadratic time. */
const DECIMAL = /^([+-]?)(\d{1,40})(?:\.(\d{1,40}))?$/;

export function parseDecimal(text: string): Decimal | undefined {
  const [, sign, whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const units = BigInt(whole + fraction);
  return { units: sign === '-' ? -units : units, scale: fraction.length };
}

/** Negative, zero or positive, as for `Array.sort`. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const difference = a.units * 10n ** BigInt(scale - a.scale) - b.units * 10n ** BigInt(scale - b.scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
