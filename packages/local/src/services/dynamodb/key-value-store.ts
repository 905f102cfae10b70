/** A callback of dynalite. */
export type Callback<T> = (error: Error | null, value?: T) => void;

/** The members of `Map` that the store needs. */
interface Values {
  get(key: string): string | undefined;
  set(key: string, value: string): unknown;
  delete(key: string): unknown;
}

/** A key-value store with dynalite's interface. Values are stored as JSON, so that callers never share an object with the store. */
export class KeyValueStore<Stored extends Values> {
  protected values: Stored;

  constructor(values: Stored) {
    this.values = values;
  }

  read(key: string): unknown {
    const text = this.values.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  get(key: string, done: Callback<unknown>): void {
    done(null, this.read(key));
  }

  put(key: string, value: unknown, done: Callback<never>): void {
    this.values.set(key, JSON.stringify(value));
    done(null);
  }

  del(key: string, done: Callback<never>): void {
    this.values.delete(key);
    done(null);
  }

  /** Runs `work` immediately. Nothing else runs until it returns, so no lock is needed. */
  lock(_key: string, work: (release: <T>(done: T) => T) => void): void {
    work((done) => done);
  }
}
