import { isPlain } from '../frozen.ts';
import { ObjectNumbers } from '../object-numbers.ts';

/**
 * A client's configuration, read once, as a copy of its own: whoever gave it may change it later, and the client is found
 * by the values that it was built with. Plain data is copied; anything else is kept by reference, and counts as itself:
 * functions, instances of classes, and objects with methods, such as handlers and loggers, which may have state.
 */
export function copyConfig(given: object): Readonly<Record<string, unknown>> {
  const copies = new Map<object, object>();
  return Object.fromEntries(Object.entries(given).map(([name, part]) => [name, copyOf(part, copies)]));
}

/** Tells clients apart: by their class, and by their configuration's value where it is plain data, by reference where it is not. */
export class ClientKeys {
  readonly #numbers = new ObjectNumbers();

  /**
   * @param scope what else tells them apart: whose they are
   * @param config a copy of its own, see `copyConfig`
   */
  keyOf(scope: string, type: object, config: Readonly<Record<string, unknown>>): string {
    const members = this.#membersOf(config, [config]);
    return JSON.stringify([scope, this.#numbers.of(type), members]);
  }

  /**
   * INVARIANT: injective, but for the order of keys and for members that are undefined, which say nothing.
   *
   * @param above what the value is within: a cycle is told by how far up it leads
   */
  #textOf(value: unknown, above: readonly unknown[]): unknown {
    if (value === undefined) return ['undefined'];
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number' || typeof value === 'bigint') return [typeof value, Object.is(value, -0) ? '-0' : String(value)];
    if (typeof value === 'symbol') return this.#symbolText(value);
    if (!isData(value)) return ['reference', this.#numbers.of(value)];
    const depth = above.indexOf(value);
    if (depth !== -1) return ['cycle', depth];
    const within = [...above, value];
    if (Array.isArray(value)) return ['list', ...Array.from(value, (part) => this.#textOf(part, within))];
    return ['object', ...this.#membersOf(value, within)];
  }

  #membersOf(data: Readonly<Record<string, unknown>>, within: readonly unknown[]): unknown[] {
    const parts = Object.entries(data).filter(([, part]) => part !== undefined);
    return parts.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]) => [key, this.#textOf(part, within)]);
  }

  /** Two symbols of one description are two; a registered one is the same everywhere, and no `WeakMap` takes it. */
  #symbolText(symbol: symbol): unknown {
    const registered = Symbol.keyFor(symbol);
    return registered === undefined ? ['reference', this.#numbers.of(symbol)] : ['symbol', registered];
  }
}

/** Whether a part of a configuration is compared by value. */
function isData(value: unknown): value is Record<string, unknown> {
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
