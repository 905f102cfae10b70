import { inspect } from 'node:util';

/** The secrets that a value shows: in the output of `util.inspect`, or in any property that can be reached from it. */
export function secretsIn(value: unknown, secrets: readonly string[]): string[] {
  const shown = inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, maxStringLength: null, maxArrayLength: null });
  const texts = [shown, ...textsOf(value)];
  return secrets.filter((secret) => texts.some((text) => text.includes(secret)));
}

/** Every string that can be reached through own properties, including getters, symbols, maps and buffers. */
function textsOf(root: unknown): string[] {
  const texts: string[] = [];
  const seen = new Set<unknown>([root]);
  for (const value of seen) {
    if (typeof value === 'string') texts.push(value);
    if (ArrayBuffer.isView(value)) texts.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1'));
    else if (value instanceof Map || value instanceof Set) for (const part of value) seen.add(part);
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) continue;
    for (const key of Reflect.ownKeys(value)) {
      if (typeof key === 'string') texts.push(key);
      // The elements of a view are already in the text of its buffer.
      if (!ArrayBuffer.isView(value)) seen.add(partOf(value, key));
    }
  }
  return texts;
}

function partOf(value: object, key: PropertyKey): unknown {
  try {
    return Reflect.get(value, key);
  } catch {
    return undefined; // a getter that throws
  }
}
