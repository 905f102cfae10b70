import { foldCase } from './letter-case.ts';
import type { IamRequest } from './request.ts';

/**
 * The condition keys of one request. Names are case-insensitive: see {@link foldCase}, and ask with what it answers.
 *
 * A list without any value, or of nothing but empty strings, is what AWS calls a null data set: the key counts as absent, for `Null`
 * too. An empty string of a single-valued key is a value (`s3:prefix` of `?prefix=`), except to a policy variable.
 *
 * @see AWS IAM User Guide, "Single-valued vs. multivalued context keys"
 */
export class RequestContext {
  readonly #values = new Map<string, string | readonly string[]>();

  constructor(context: IamRequest['context']) {
    for (const [key, value] of Object.entries(context)) {
      const name = foldCase(key);
      if (typeof value !== 'string' && !isStrings(value))
        throw new TypeError(`the context key \`${key}\` is neither a string nor a list of strings`);
      if (this.#values.has(name)) throw new TypeError(`the context key \`${key}\` is there twice: names compare without case`);
      this.#values.set(name, value);
    }
  }

  /** Every value of a key; undefined where the key is absent. */
  values(name: string): readonly string[] | undefined {
    const value = this.#values.get(name);
    if (typeof value === 'string') return [value];
    return value === undefined || isNullDataSet(value) ? undefined : value;
  }

  /** What a policy variable becomes. A multivalued key cannot be one, and an empty string is "no value": "the value is effectively null". */
  variable(name: string): string | undefined {
    const value = this.#values.get(name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  }
}

/** No value, or empty ones only. */
export function isNullDataSet(values: readonly string[]): boolean {
  return values.every((value) => value === '');
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
