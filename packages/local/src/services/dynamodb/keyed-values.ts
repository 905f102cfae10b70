/** How dynalite is answered. */
export type Done<T> = (error: Error | null, value?: T) => void;

/** Values are kept as JSON, so that nobody holds an object that the store holds. */
export class KeyedValues {
  #values: Map<string, string> = new Map();

  read(key: string): unknown {
    const text = this.#values.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  get(key: string, done: Done<unknown>): void {
    done(null, this.read(key));
  }

  put(key: string, value: unknown, done: Done<never>): void {
    this.#values.set(key, JSON.stringify(value));
    done(null);
  }

  del(key: string, done: Done<never>): void {
    this.#values.delete(key);
    done(null);
  }

  /** Nothing else runs meanwhile, so there is nothing to wait for. */
  lock(_key: string, work: (release: <T>(done: T) => T) => void): void {
    work((done) => done);
  }

  keys(): string[] {
    return [...this.#values.keys()];
  }

  snapshot(): Map<string, string> {
    return new Map(this.#values);
  }

  restore(values: Map<string, string>): void {
    this.#values = values;
  }
}
