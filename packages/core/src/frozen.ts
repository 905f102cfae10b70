/** Whether every object and list within plain data is frozen. No recursion: a token may nest thousands of brackets. */
export function isFrozen(root: object): boolean {
  const seen = new Set([root]);
  for (const value of seen) {
    if (!Object.isFrozen(value)) return false;
    for (const part of Object.values(value)) if (isPlain(part)) seen.add(part);
  }
  return true;
}

/** A copy of plain data that nobody can change. Instances of classes and functions are neither copied nor looked into. */
export function frozenCopy<T>(value: T): T {
  return copyOf(value, new Map()) as T;
}

export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}

function copyOf(value: unknown, copies: Map<object, object>): unknown {
  if (!isPlain(value)) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  const copy: object = Array.isArray(value) ? [] : {};
  copies.set(value, copy);
  for (const [key, part] of Object.entries(value)) {
    // Defined, not assigned: a claim may be called `__proto__`.
    Object.defineProperty(copy, key, { value: copyOf(part, copies), enumerable: true, writable: true, configurable: true });
  }
  return Object.freeze(copy);
}
