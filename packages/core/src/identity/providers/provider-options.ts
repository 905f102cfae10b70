import { Faults } from '@tenant-aws/policy';
import { isObject } from '@tenant-aws/policy/json';

/** What an option of a preset must be: `pattern`, and the rest of the sentence for one that is not. */
export interface TextOption {
  readonly pattern: RegExp;
  readonly fault: string;
  readonly optional?: boolean;
}

export const DOMAIN: TextOption = {
  pattern: /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
  fault: "must be a domain in lower case, without `https://` and without a path, such as 'example.eu.auth0.com'",
};
export const IDENTIFIER: TextOption = { pattern: /^[\w.-]{1,128}$/, fault: 'must be an identifier' };

/**
 * Checks the options of a preset. Every other option is checked by `bearerToken()`, which gets the result of the preset.
 *
 * @param others options without a pattern
 * @throws {@link ConfigurationError} with every fault
 */
export function checkProviderOptions(
  preset: string,
  given: unknown,
  texts: Readonly<Record<string, TextOption>>,
  others: readonly string[] = [],
): void {
  const faults = new Faults();
  if (!isObject(given)) faults.add(`the options of \`identityProviders.${preset}\` must be an object`);
  const options: Readonly<Record<string, unknown>> = isObject(given) ? given : {};
  faults.noneOf('', options, [...Object.keys(texts), ...others]);
  for (const [name, { pattern, fault, optional }] of isObject(given) ? Object.entries(texts) : []) {
    const value = options[name];
    if (optional === true && value === undefined) continue;
    if (typeof value !== 'string' || !pattern.test(value)) faults.option(name, fault);
  }
  faults.throwIfAny();
}
