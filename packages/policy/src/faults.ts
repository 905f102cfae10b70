import {
  ConfigurationError,
  type DeclarationError,
  type Fault,
  faultsOf,
  sentenceOf,
  TemplateNotFoundError,
  TemplateSyntaxError,
  TemplateVariableError,
} from './errors.ts';

/**
 * Collects everything that is wrong with a configuration, so that one ConfigurationError reports all of it.
 *
 * @example
 * ```ts
 * import { Faults } from '@tenant-aws/policy';
 *
 * const faults = new Faults();
 * faults.integer('cache.max', 10_000, { min: 1 });
 * faults.noneOf('cache', {}, ['max']);
 * faults.throwIfAny();
 * ```
 */
export class Faults {
  /** By their sentences: each is reported once. */
  readonly #found = new Map<string, Fault>();
  #first: DeclarationError | undefined;
  /** Whether a fault was added that did not come from an error. */
  #hasAdded = false;

  /** The sentence of every fault so far, in order. */
  get found(): readonly string[] {
    return [...this.#found.keys()];
  }

  /** Adds a fault of no single option: one whole sentence that says what is wrong and how to fix it. */
  add(sentence: string): void {
    this.option('', sentence);
  }

  /**
   * Adds a fault of an option.
   *
   * @param path the option, such as `cache.max`
   * @param text the rest of the sentence, such as `must be a whole number`
   */
  option(path: string, text: string): void {
    this.#hasAdded = true;
    this.#collect({ path, text });
  }

  /**
   * Returns what `read` returns. Where `read` throws an error of a configuration or a template, collects its faults and returns undefined.
   * Throws any other error.
   *
   * @param rename maps each of those faults, for example to the environment variable that set the option
   */
  attempt<T>(read: () => T, rename: (fault: Fault) => Fault = (fault) => fault): T | undefined {
    try {
      return read();
    } catch (error) {
      const faults = faultsOf(error);
      if (faults === undefined) throw error;
      this.#first ??= error as DeclarationError;
      for (const fault of faults) this.#collect(rename(fault));
      return undefined;
    }
  }

  /**
   * Every key of `given` that is not among `known` is a fault. The fault suggests the nearest known name, or says where the name belongs.
   *
   * @param path the option whose value is `given`, such as `cache`; '' for the top level
   * @param elsewhere options of other functions, each with a predicate such as ``belongs to `bearerToken()` ``
   */
  noneOf(path: string, given: object, known: readonly string[] = [], elsewhere: ReadonlyMap<string, string> = new Map()): void {
    const prefix = path === '' ? '' : `${path}.`;
    for (const key of Object.keys(given))
      if (!known.includes(key)) this.option(`${prefix}${key}`, unknownText(key, prefix, known, elsewhere));
  }

  /** A fault unless `value` is a whole number within the bounds, both included. */
  integer(path: string, value: unknown, { min, max }: { readonly min?: number; readonly max?: number } = {}): void {
    if (Number.isSafeInteger(value) && Number(value) >= (min ?? -Infinity) && Number(value) <= (max ?? Infinity)) return;
    const bounds = [min === undefined ? [] : [`at least ${min}`], max === undefined ? [] : [`at most ${max}`]].flat().join(' and ');
    this.option(path, `must be a whole number${bounds && ` of ${bounds}`}, not ${typeof value === 'number' ? value : kindOf(value)}`);
  }

  /** @throws {@link ConfigurationError} with everything found, if anything was */
  throwIfAny(): void {
    if (this.#found.size > 0) throw new ConfigurationError([...this.#found.values()], { cause: originOf(this.#first) });
  }

  /**
   * Returns the result of an `attempt`.
   *
   * @throws {@link ConfigurationError} with everything found, if that attempt failed or anything else was found
   */
  checked<T>(result: T | undefined): T {
    this.throwIfAny();
    if (result === undefined) throw new ConfigurationError(['the options cannot be read']);
    return result;
  }

  /**
   * Throws everything found as an error of the same class as the first attempt's error, for callers that tell template errors apart.
   * Throws a ConfigurationError if a fault was added that did not come from an error.
   */
  throwFirst(): void {
    const [first, faults] = [this.#first, [...this.#found.values()]];
    if (first === undefined || this.#hasAdded) return this.throwIfAny();
    if (faults.length === faultsOf(first)?.length) throw first;
    const found = [TemplateNotFoundError, TemplateSyntaxError, TemplateVariableError].find((type) => first instanceof type);
    throw new (found ?? ConfigurationError)(faults, { cause: originOf(first) });
  }

  #collect(fault: Fault): void {
    const sentence = sentenceOf(fault);
    if (!this.#found.has(sentence)) this.#found.set(sentence, fault);
  }
}

function unknownText(key: string, prefix: string, known: readonly string[], elsewhere: ReadonlyMap<string, string>): string {
  const where = elsewhere.get(key);
  if (where !== undefined) return `is not an option here: it ${where}`;
  const near = nearest(key, [...known, ...elsewhere.keys()]);
  if (near === undefined) return 'is not an option';
  if (known.includes(near)) return `is not an option: did you mean \`${prefix}${near}\`?`;
  return `is not an option: did you mean \`${near}\`, which ${elsewhere.get(near)}?`;
}

/** The cause of an error whose faults were collected. Errors between the two report the same faults and are skipped. */
function originOf(error: unknown): unknown {
  if (faultsOf(error) === undefined) return error;
  const { cause, detail } = error as DeclarationError;
  return cause === detail ? undefined : originOf(cause);
}

/** The kind of a value, for a sentence; never the value itself. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (value === undefined) return 'undefined';
  return /^[aeiou]/.test(typeof value) ? `an ${typeof value}` : `a ${typeof value}`;
}

/** The known name that a misspelt name most likely means: at most a third of its letters are wrong. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known.map((candidate) => ({ candidate, distance: distance(name.toLowerCase(), candidate.toLowerCase()) }));
  const best = ranked.toSorted((a, b) => a.distance - b.distance)[0];
  return best !== undefined && best.distance <= Math.ceil(best.candidate.length / 3) ? best.candidate : undefined;
}

/** The Levenshtein distance of two names, each cut to 64 characters. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [i, letter] of Array.from(a.slice(0, 64)).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(b.slice(0, 64)).entries()) {
      next.push(Math.min((row[j] ?? 0) + (letter === other ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
