import { TemplateVariableError } from './errors.ts';
import { kindOf } from './faults.ts';
import { isAcceptable } from './character-class.ts';

/** The declaration of a variable in a manifest. */
export interface VariableDeclaration {
  /** A regular expression that the whole value must match. It is always anchored at both ends. */
  readonly pattern?: string;
  readonly description?: string;
  /** Where the value comes from: the configuration, a registry of tenants, or the request. */
  readonly kind?: 'static' | 'registry' | 'request';
  /** The value that the `cases` of the template use. */
  readonly example?: string;
}

/** Values that every template may use and that cannot be given as variables. They come from `.tenant()` and `.in()`, or from the role ARN and region of the vending machine. */
export const BUILT_IN: ReadonlySet<string> = new Set(['tenant', 'partition', 'region', 'account']);

/** The built-in values without the tenant. */
export interface BuiltIns {
  /** `aws`, `aws-cn`, `aws-us-gov`, … */
  readonly partition: string;
  readonly region?: string | undefined;
  /** The account's twelve digits. */
  readonly account?: string | undefined;
}

/** AWS's rules for names that templates commonly have as variables. */
const WELL_KNOWN: ReadonlyMap<string, RegExp> = new Map([
  ['partition', anchored('aws(-[a-z]+)*')],
  ['region', anchored('[a-z0-9]+(-[a-z0-9]+)*')],
  ['account', anchored('[0-9]{12}')],
  ['bucket', anchored('[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]')],
  ['table', anchored('[A-Za-z0-9_.-]{3,255}')],
  ['index', anchored('[A-Za-z0-9_.-]{3,255}')],
  ['queue', anchored('[A-Za-z0-9_-]{1,75}(\\.fifo)?|[A-Za-z0-9_-]{1,80}')],
  ['topic', anchored('[A-Za-z0-9_-]{1,251}(\\.fifo)?|[A-Za-z0-9_-]{1,256}')],
]);

/** No `/` and no `:`: a manifest accepts them by its own pattern. */
const ANY_NAME = anchored('[A-Za-z0-9][A-Za-z0-9_.-]{0,127}');

/** Whether a tag or an option may use this name for a variable. */
export function isVariableName(name: string): boolean {
  return /^[a-z][a-z0-9_]*$/.test(name);
}

/** @throws SyntaxError the pattern is not a regular expression */
export function patternOf(name: string, declared?: string): RegExp {
  return declared === undefined ? (WELL_KNOWN.get(name) ?? ANY_NAME) : anchored(declared);
}

function anchored(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, 'u');
}

/** Why a variable may not have this value, without the value itself; undefined if it may. */
export function refusalOf(value: unknown, pattern: RegExp): string | undefined {
  if (typeof value !== 'string') return `is ${kindOf(value)}, not a string`;
  if (value === '') return 'is empty';
  if (value.length > 2048) return `has ${value.length} characters, but a whole policy may have only 2,048`;
  for (const character of value) {
    if (!isAcceptable(character))
      return 'has a character that no value may have: one of * ? $ { } " \\, a space, or one that is not printable ASCII';
  }
  return pattern.test(value) ? undefined : `does not match ${pattern.source}`;
}

/**
 * Checks the built-in values, which do not include the tenant.
 *
 * @throws {@link TemplateVariableError} a name is unknown, or a value is not valid for AWS
 */
export function readBuiltIns(builtIns: BuiltIns): ReadonlyMap<string, string> {
  const given = Object.entries(builtIns).filter(([, value]) => value !== undefined);
  const faults = given.flatMap(([name, value]) => {
    if (name === 'tenant' || !BUILT_IN.has(name))
      return [`${JSON.stringify(name)} is not a built-in value: give partition, region or account`];
    const refusal = refusalOf(value, patternOf(name));
    return refusal === undefined ? [] : [`\`${name}\` ${refusal}`];
  });
  if (faults.length > 0) throw new TemplateVariableError(faults);
  return new Map(given);
}
