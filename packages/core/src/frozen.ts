import { types } from 'node:util';

/** Values that are known to be frozen to every depth. They stay so, and are not searched again. */
const knownFrozen = new WeakSet<object>();

/** Records that a value is frozen to every depth, so that {@link isFrozen} does not search it. */
export function recordFrozen(value: object): void {
  knownFrozen.add(value);
}

/**
 * Whether every read of this plain data returns the same values: every object and list is frozen, and no property is a
 * getter. What its properties have is searched once: new identities often have claims that were seen before.
 */
export function isFrozen(value: object): boolean {
  return knownFrozen.has(value) || (partsOf(value)?.every(isSearchedFrozen) ?? false);
}

/** Does not recurse, because a token may contain thousands of nested brackets. */
function isSearchedFrozen(root: object): boolean {
  if (knownFrozen.has(root)) return true;
  const seen = new Set([root]);
  for (const object of seen) {
    const parts = partsOf(object);
    if (parts === undefined) return false;
    for (const part of parts) seen.add(part);
  }
  knownFrozen.add(root);
  return true;
}

/** The objects and lists without a class that a frozen object has; `undefined` if it can return other values. */
function partsOf(object: object): object[] | undefined {
  if (!isFixed(object)) return undefined;
  const parts: object[] = [];
  for (const key of Reflect.ownKeys(object)) {
    const property = Object.getOwnPropertyDescriptor(object, key);
    if (property === undefined || !('value' in property)) return undefined; // a getter
    if (isPlain(property.value)) parts.push(property.value);
  }
  return parts;
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
  const copy = (Array.isArray(value) ? [] : {}) as Record<string, unknown>;
  copies.set(value, copy);
  for (const key of Object.keys(value)) {
    const part = copyOf((value as Readonly<Record<string, unknown>>)[key], isCopied, copies);
    // Assignment is faster, but it would set the prototype where a claim is called `__proto__`, or call an inherited setter.
    if (key in copy) Object.defineProperty(copy, key, { value: part, enumerable: true, writable: true, configurable: true });
    else copy[key] = part;
  }
  return Object.freeze(copy);
}
