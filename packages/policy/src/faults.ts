import { ConfigurationError, TemplateNotFoundError, TemplateSyntaxError, TemplateVariableError } from './errors.ts';

/** A fault of what was declared, as against one of a request: it can be collected. */
export type DeclarationError = ConfigurationError | TemplateNotFoundError | TemplateSyntaxError | TemplateVariableError;

/** Whether an error is the fault of a configuration or of a template. */
export function isDeclarationError(error: unknown): error is DeclarationError {
  return (
    error instanceof ConfigurationError ||
    error instanceof TemplateNotFoundError ||
    error instanceof TemplateSyntaxError ||
    error instanceof TemplateVariableError
  );
}

/** The sentences of an error for the operator. */
export function faultsOf(error: DeclarationError): readonly string[] {
  return error instanceof ConfigurationError ? error.faults : error.detail.faults;
}

/**
 * Collects everything that is wrong with a configuration, so that one ConfigurationError says it all.
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
  readonly #found: string[] = [];
  #first: DeclarationError | undefined;
  /** Whether a fault was noted that no error told. */
  #own = false;

  /** Every fault so far, in order. */
  get found(): readonly string[] {
    return [...this.#found];
  }

  /** Notes a fault: one sentence that names the option or the environment variable, and the mend. */
  add(fault: string): void {
    this.#own = true;
    this.#note(fault);
  }

  /** Answers what `read` answers; where it throws for a configuration's or a template's sake, notes that and answers undefined. Any other error goes on. */
  attempt<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!isDeclarationError(error)) throw error;
      this.#first ??= error;
      for (const fault of faultsOf(error)) this.#note(fault);
      return undefined;
    }
  }

  /**
   * Every key of `unknown` is a fault.
   *
   * @param path the option that holds them, such as `cache`; '' for the top level
   * @param known the accepted names, to suggest the nearest
   */
  noneOf(path: string, unknown: object, known: readonly string[] = []): void {
    const prefix = path === '' ? '' : `${path}.`;
    for (const key of Object.keys(unknown)) {
      const near = nearest(key, known);
      this.add(`\`${prefix}${key}\` is not an option${near === undefined ? '' : `: did you mean \`${prefix}${near}\`?`}`);
    }
  }

  /** A fault unless `value` is a whole number within the bounds, both included. */
  integer(path: string, value: unknown, { min, max }: { readonly min?: number; readonly max?: number } = {}): void {
    if (Number.isSafeInteger(value) && Number(value) >= (min ?? -Infinity) && Number(value) <= (max ?? Infinity)) return;
    const bounds = [min === undefined ? [] : [`at least ${min}`], max === undefined ? [] : [`at most ${max}`]].flat().join(' and ');
    this.add(`\`${path}\` must be a whole number${bounds && ` of ${bounds}`}, not ${typeof value === 'number' ? value : kindOf(value)}`);
  }

  /** @throws {@link ConfigurationError} with everything found, if anything was */
  throwIfAny(): void {
    if (this.#found.length > 0) throw new ConfigurationError(this.#found, { cause: originOf(this.#first) });
  }

  /**
   * For whoever tells templates' faults apart: throws the first error that was attempted, with everything found in it.
   * Where a fault was added besides, that is a ConfigurationError.
   */
  throwFirst(): void {
    const [first, faults] = [this.#first, this.#found];
    if (first === undefined || this.#own) return this.throwIfAny();
    if (faults.length === faultsOf(first).length) throw first;
    if (first instanceof TemplateNotFoundError) throw new TemplateNotFoundError(faults);
    if (first instanceof TemplateSyntaxError) throw new TemplateSyntaxError(faults);
    if (first instanceof TemplateVariableError) throw new TemplateVariableError(faults);
    throw new ConfigurationError(faults, { cause: originOf(first) });
  }

  #note(fault: string): void {
    if (!this.#found.includes(fault)) this.#found.push(fault);
  }
}

/** What led to the first of errors that were each collected in turn: they say nothing that the last one does not. */
function originOf(error: unknown): unknown {
  if (!isDeclarationError(error)) return error;
  return error.cause === error.detail ? undefined : originOf(error.cause);
}

/** What a value is, for a sentence; never the value itself. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (value === undefined) return 'undefined';
  return /^[aeiou]/.test(typeof value) ? `an ${typeof value}` : `a ${typeof value}`;
}

/** The known name that a slip of the keyboard away would have been: at most a third of its letters wrong. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known.map((candidate) => ({ candidate, distance: distance(name.toLowerCase(), candidate.toLowerCase()) }));
  const best = ranked.toSorted((a, b) => a.distance - b.distance)[0];
  return best !== undefined && best.distance <= Math.ceil(best.candidate.length / 3) ? best.candidate : undefined;
}

/** Levenshtein's, of names cut to 64 characters. */
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
