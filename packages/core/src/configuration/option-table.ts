import type { Faults } from '@tenant-aws/policy';
import type { CacheOptions, ClientsOptions, TokenVendingMachineOptions } from './options.ts';

/** An option that is a whole number: the default and the bounds, both included. */
interface WholeNumber extends Row {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

interface Row {
  /** The environment variable that sets the option. */
  readonly variable?: string;
  /** The options within the option. */
  readonly members?: Readonly<Record<string, Row>>;
}

/** lru-cache allocates memory for all entries when it is created. */
const MAX_ENTRIES = 1_000_000;

type Options = Required<TokenVendingMachineOptions>;
type NumberName = { [Name in keyof Options]: NonNullable<Options[Name]> extends number ? Name : never }[keyof Options];

export const NUMBERS: Readonly<Record<NumberName, WholeNumber>> = {
  durationSeconds: { default: 900, min: 900, max: 3600, variable: 'TENANT_AWS_DURATION_SECONDS' },
  assumeTimeoutMs: { default: 10_000, min: 1, max: 600_000 },
  maxConcurrentAssumes: { default: 50, min: 1, max: 10_000 },
  maxSessionSeconds: { default: 0, min: 0, max: 31_536_000 }, // a year; an identity without `expiresAt` has no limit
  deniedEventsPerMinute: { default: 60, min: 0, max: 1_000_000 },
};

export const CACHE: Readonly<Record<keyof CacheOptions, WholeNumber>> = {
  max: { default: 10_000, min: 1, max: MAX_ENTRIES, variable: 'TENANT_AWS_CACHE_MAX' },
  minimumRemainingMs: { default: 60_000, min: 0, max: 1_800_000 },
  errorTtlMs: { default: 2_000, min: 0, max: 600_000 },
};

export const CLIENTS: Readonly<Record<keyof ClientsOptions, WholeNumber>> = {
  max: { default: 1_000, min: 1, max: MAX_ENTRIES },
  maxSockets: { default: 200, min: 1, max: 65_535 },
};

/** Every option of the machine. The types of this table demand a row for each. */
const OPTIONS: Readonly<Record<keyof TokenVendingMachineOptions, Row>> = {
  roleArn: { variable: 'TENANT_AWS_ROLE_ARN' },
  permissions: { variable: 'TENANT_AWS_TEMPLATES' },
  variables: {},
  sessionName: {},
  sourceIdentity: {},
  tags: {},
  transitiveTagKeys: {},
  externalId: {},
  library: { variable: 'TENANT_AWS_TEMPLATE_SOURCE' },
  shared: {},
  tenantId: {},
  sts: {},
  authorizeTenant: {},
  cache: { members: CACHE },
  clients: { members: CLIENTS },
  ...NUMBERS,
};

export const OPTION_NAMES: readonly string[] = Object.keys(OPTIONS);

/** The environment variables of the machine's options, by the path of the option. */
export const VARIABLES: ReadonlyMap<string, string> = new Map(variablesOf(OPTIONS));

function variablesOf(rows: Readonly<Record<string, Row>>, prefix = ''): readonly (readonly [string, string])[] {
  return Object.entries(rows).flatMap(([name, { variable, members = {} }]) => [
    ...(variable === undefined ? [] : [[`${prefix}${name}`, variable] as const]),
    ...variablesOf(members, `${name}.`),
  ]);
}

/** The numbers of `given`, with their defaults. Each that is not a whole number within its bounds is a fault. */
export function readNumbers<Name extends string>(
  given: object,
  rows: Readonly<Record<Name, WholeNumber>>,
  faults: Faults,
  prefix = '',
): Readonly<Record<Name, number>> {
  const read = Object.entries<WholeNumber>(rows).map(([name, row]) => {
    const option: unknown = Reflect.get(given, name);
    const value = option === undefined ? row.default : option;
    faults.integer(`${prefix}${name}`, value, row);
    return [name, value] as const;
  });
  return Object.fromEntries(read) as Record<Name, number>;
}

/** The numbers of an option that is an object, such as `cache`. */
export function readGroup<Name extends string>(
  path: string,
  given: unknown,
  rows: Readonly<Record<Name, WholeNumber>>,
  faults: Faults,
): Readonly<Record<Name, number>> {
  const isGroup = typeof given === 'object' && given !== null && !Array.isArray(given);
  if (!isGroup) faults.option(path, 'must be an object such as { max: 1_000 }');
  const group = isGroup ? given : {};
  faults.noneOf(path, group, Object.keys(rows));
  return readNumbers(group, rows, faults, `${path}.`);
}
