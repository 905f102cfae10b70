import { isData } from './own-config.ts';

/** Tells clients apart: by their class, and by their configuration's value where it is plain data, by reference where it is not. */
export class ClientKeys {
  readonly #names = new WeakMap<WeakKey, number>();
  #last = 0;

  /**
   * @param scope what else tells them apart: whose they are
   * @param config a copy of its own, see `ownConfig`
   */
  keyOf(scope: string, type: object, config: Readonly<Record<string, unknown>>): string {
    const members = this.#membersOf(config, [config]);
    return JSON.stringify([scope, this.#nameOf(type), members]);
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
    if (!isData(value)) return ['reference', this.#nameOf(value)];
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
    return registered === undefined ? ['reference', this.#nameOf(symbol)] : ['symbol', registered];
  }

  #nameOf(value: WeakKey): number {
    let name = this.#names.get(value);
    if (name === undefined) {
      this.#last += 1;
      name = this.#last;
      this.#names.set(value, name);
    }
    return name;
  }
}
