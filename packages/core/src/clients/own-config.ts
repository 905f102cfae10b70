import { isPlain } from '../frozen.ts';

/**
 * A client's configuration, read once, as a copy of its own: whoever gave it may change it later, and the client is found
 * by the values that it was built with. Plain data is copied; anything else is kept by reference, and counts as itself:
 * functions, instances of classes, and objects with methods, such as handlers and loggers, which may have state.
 */
export function ownConfig(given: object): Readonly<Record<string, unknown>> {
  const copies = new Map<object, object>();
  return Object.fromEntries(Object.entries(given).map(([name, part]) => [name, copyOf(part, copies)]));
}

/** Whether a part of a configuration is compared by value. */
export function isData(value: unknown): value is Record<string, unknown> {
  return isPlain(value) && (Array.isArray(value) || !Object.values(value).some((part) => typeof part === 'function'));
}

function copyOf(value: unknown, copies: Map<object, object>): unknown {
  if (!isData(value)) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  const copy: object = Array.isArray(value) ? Array.from({ length: value.length }) : {};
  copies.set(value, copy);
  for (const [name, part] of Object.entries(value)) {
    // Defined, not assigned: a key may be `__proto__`.
    Object.defineProperty(copy, name, { value: copyOf(part, copies), enumerable: true, writable: true, configurable: true });
  }
  return copy;
}
