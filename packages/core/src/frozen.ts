import { types } from 'node:util';

/** What was found to be frozen to every depth. It stays so, and is not searched again. */
const knownFrozen = new WeakSet<object>();

/**
 * Whether every read of this plain data returns the same values: every object and list is frozen, and no property is a
 * getter. Does not recurse, because a token may contain thousands of nested brackets.
 */
export function isFrozen(root: object): boolean {
  if (knownFrozen.has(root)) return true;
  if (!isFixed(root)) return false;
  const seen = new Set([root]);
  for (const object of seen) {
    if (!isFixed(object)) return false;
    for (const key of Reflect.ownKeys(object)) {
      const property = Object.getOwnPropertyDescriptor(object, key);
      if (property === undefined || !('value' in property)) return false; // a getter
      if (isPlain(property.value) && !knownFrozen.has(property.value)) seen.add(property.value);
    }
  }
  knownFrozen.add(root);
  return true;
}

/** Returns a deeply frozen copy of plain data. Functions and instances of classes are kept as they are. */
export function frozenCopy<T>(value: T): T {
  if (isPlain(value) && isFrozen(value)) return value;
  return copyOf(value, isPlain, new Map()) as T;
}

/** Copies that `frozenOption` made. Nothing in them can change, so they are never copied again. */
const frozenOptions = new WeakSet<object>();

/**
 * Returns a deeply frozen copy of an option's value. Instances of classes are copied too, because an option is data. A
 * permission generator is immutable and is not copied, nor is such a copy itself.
 */
export function frozenOption<T>(value: T): T {
  if (!isData(value) || frozenOptions.has(value)) return value;
  const copy = copyOf(value, isData, new Map()) as T & object;
  frozenOptions.add(copy);
  return copy;
}

/** Whether a value is a list or an object without a class, from any realm. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isData(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !('declared' in value);
}

/** Whether an object is frozen and has only its own properties. The getters of a class and a Proxy can return another value at each read. */
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
    // Assignment would set the prototype where a claim is called `__proto__`.
    Object.defineProperty(copy, key, { value: copyOf(part, isCopied, copies), enumerable: true, writable: true, configurable: true });
  }
  return Object.freeze(copy);
}
