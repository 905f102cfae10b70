/** Tells clients apart: by their class, and by their configuration's value where it is plain data, by reference where it is not. */
export class ClientKeys {
  readonly #names = new WeakMap<object, number>();
  #last = 0;

  /** @param scope what else tells them apart: whose they are */
  keyOf(scope: string, type: object, config: Readonly<Record<string, unknown>>): string {
    return JSON.stringify([scope, this.#nameOf(type), this.#textOf(config, new Set())]);
  }

  /** The order of keys says nothing; an option that is undefined is not there. */
  #textOf(value: unknown, above: ReadonlySet<object>): unknown {
    if (typeof value === 'bigint' || typeof value === 'symbol') return [typeof value, String(value)];
    if (typeof value === 'number') return ['number', Object.is(value, -0) ? '0' : String(value)];
    if (typeof value !== 'object' && typeof value !== 'function') return value ?? null;
    if (value === null) return ['null'];
    if (!isPlain(value) || above.has(value)) return ['reference', this.#nameOf(value)];
    const within = new Set([...above, value]);
    if (Array.isArray(value)) return ['list', ...value.map((part) => this.#textOf(part, within))];
    const parts = Object.entries(value).filter(([, part]) => part !== undefined);
    return ['object', ...parts.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]) => [key, this.#textOf(part, within)])];
  }

  #nameOf(value: object): number {
    let name = this.#names.get(value);
    if (name === undefined) {
      this.#last += 1;
      name = this.#last;
      this.#names.set(value, name);
    }
    return name;
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}
