import { foldCase } from './letter-case.ts';
import type { IamRequest } from './request.ts';

/**
 * The condition keys of one request. Case is ignored in names: callers pass names that {@link foldCase} returned.
 *
 * AWS calls an empty list, or a list of empty strings only, a null data set: the key counts as absent, for `Null` too. The empty
 * string of a single-valued key is a value (`s3:prefix` of `?prefix=`), except for a policy variable.
 *
 * @see AWS IAM User Guide, "Single-valued vs. multivalued context keys"
 */
export class RequestContext {
  readonly #values = new Map<string, string | readonly string[]>();

  constructor(context: IamRequest['context']) {
    for (const key of Object.keys(context)) {
      const value = context[key];
      const name = foldCase(key);
      if (typeof value !== 'string' && !isStrings(value))
        throw new TypeError(`the context key \`${key}\` is neither a string nor a list of strings`);
      if (this.#values.has(name)) throw new TypeError(`the context key \`${key}\` is given twice: case is ignored in names`);
      this.#values.set(name, value);
    }
  }

  /** The values of a key; undefined if the key is absent. */
  values(name: string): readonly string[] | undefined {
    const value = this.#values.get(name);
    if (typeof value === 'string') return [value];
    return value === undefined || isNullDataSet(value) ? undefined : value;
  }

  /** The value of a policy variable. A multivalued key has none, and an empty string counts as none: "the value is effectively null". */
  variable(name: string): string | undefined {
    const value = this.#values.get(name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  }
}

/** Whether there is no value except empty strings. */
export function isNullDataSet(values: readonly string[]): boolean {
  return values.every((value) => value === '');
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
