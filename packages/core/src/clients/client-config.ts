import { isPlain } from '../frozen.ts';
import { ObjectNumbers } from '../object-numbers.ts';

/**
 * Reads a client's configuration once and copies it: the caller may change its object later, but the client is cached by the
 * values that it was built with. Plain data is copied. Everything else is kept by reference: functions, instances of classes,
 * and objects with methods, such as handlers and loggers, which may have state.
 */
export function copyConfig(given: object): Readonly<Record<string, unknown>> {
  const copies = new Map<object, object>();
  return Object.fromEntries(Object.entries(given).map(([name, part]) => [name, copyOf(part, copies)]));
}

/** Makes the keys of cached clients. Plain data in a configuration counts by its value, everything else by reference. */
export class ClientKeys {
  readonly #numbers = new ObjectNumbers();

  /**
   * @param scope the tenant and its permissions, as a string
   * @param config a copy, see {@link copyConfig}
   */
  keyOf(scope: string, type: object, config: Readonly<Record<string, unknown>>): string {
    return JSON.stringify([scope, this.#numbers.of(type), this.#membersOf(config, [config])]);
  }

  /**
   * INVARIANT: different values have different texts. The order of members does not count, nor do members that are undefined.
   *
   * @param ancestors the objects that contain the value, outermost first: a cycle is written as an index into them
   */
  #textOf(value: unknown, ancestors: readonly unknown[]): unknown {
    if (value === undefined) return ['undefined'];
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number' || typeof value === 'bigint') return [typeof value, Object.is(value, -0) ? '-0' : String(value)];
    if (typeof value === 'symbol') return this.#symbolText(value);
    if (!isData(value)) return ['reference', this.#numbers.of(value)];
    const depth = ancestors.indexOf(value);
    if (depth !== -1) return ['cycle', depth];
    const within = [...ancestors, value];
    if (Array.isArray(value)) return ['list', ...Array.from(value, (part) => this.#textOf(part, within))];
    return ['object', ...this.#membersOf(value, within)];
  }

  #membersOf(data: Readonly<Record<string, unknown>>, within: readonly unknown[]): unknown[] {
    const parts = Object.entries(data).filter(([, part]) => part !== undefined);
    return parts.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]) => [key, this.#textOf(part, within)]);
  }

  /** A registered symbol cannot be the key of a `WeakMap`; its name identifies it. Two others with one description differ. */
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
