import { types } from 'node:util';

/**
 * Whether nothing in plain data can change, nor answer differently when it is read again: every object and list is
 * frozen, and every property holds a value. No recursion: a token may nest thousands of brackets.
 */
export function isFrozen(root: object): boolean {
  const seen = new Set([root]);
  for (const object of seen) {
    if (!isFixed(object)) return false;
    for (const key of Reflect.ownKeys(object)) {
      const property = Object.getOwnPropertyDescriptor(object, key);
      if (property === undefined || !('value' in property)) return false; // a getter
      if (isPlain(property.value)) seen.add(property.value);
    }
  }
  return true;
}

/** A copy of plain data that nobody can change. Instances of classes and functions are neither copied nor looked into. */
export function frozenCopy<T>(value: T): T {
  return copyOf(value, isPlain, new Map()) as T;
}

/**
 * A frozen copy of an option's value, instances of classes included: an option is data. A permission generator is
 * immutable and stays itself.
 */
export function frozenOption<T>(value: T): T {
  return copyOf(value, isData, new Map()) as T;
}

/** An object without a class, of whichever realm, or a list. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isData(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !('declared' in value);
}

/** Frozen, and its own properties are all that is read of it: a class can have getters, and a Proxy answers what it likes. */
function isFixed(object: object): boolean {
  if (types.isProxy(object) || !Object.isFrozen(object)) return false;
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}

/** Reads each property once. */
function copyOf(value: unknown, isCopied: (value: unknown) => value is object, copies: Map<object, object>): unknown {
  if (!isCopied(value)) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  const copy: object = Array.isArray(value) ? [] : {};
  copies.set(value, copy);
  for (const [key, part] of Object.entries(value)) {
    // Defined, not assigned: a claim may be called `__proto__`.
    Object.defineProperty(copy, key, { value: copyOf(part, isCopied, copies), enumerable: true, writable: true, configurable: true });
  }
  return Object.freeze(copy);
}
