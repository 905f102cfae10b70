/** An exact decimal number: `units` / 10^`scale`. With doubles, numbers next to 2^53 would be equal. */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

/** An integer or a decimal fraction, without exponent or hexadecimal digits. The length is limited because parsing takes quadratic time. */
const DECIMAL = /^([+-]?)(\d{1,40})(?:\.(\d{1,40}))?$/;

export function parseDecimal(text: string): Decimal | undefined {
  const [, sign, whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const units = BigInt(whole + fraction);
  return { units: sign === '-' ? -units : units, scale: fraction.length };
}

/** Negative, zero or positive, as `Array.sort` expects. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const difference = a.units * 10n ** BigInt(scale - a.scale) - b.units * 10n ** BigInt(scale - b.scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
