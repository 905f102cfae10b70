import type { Faults } from '@tenant-aws/policy';
import { isObject } from '@tenant-aws/policy/json';
import { optionsElsewhere, MACHINE_OPTIONS } from '../option-places.ts';
import type { CacheOptions, ClientsOptions, TokenVendingMachineOptions } from './options.ts';

/** An option that is a whole number: the default and the bounds, both included. */
interface WholeNumber {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** A million entries take more than a gigabyte. */
const MAX_ENTRIES = 1_000_000;

type Options = Required<TokenVendingMachineOptions>;
type NumberName = { [Name in keyof Options]: NonNullable<Options[Name]> extends number ? Name : never }[keyof Options];

export const NUMBERS: Readonly<Record<NumberName, WholeNumber>> = {
  durationSeconds: { default: 900, min: 900, max: 3600 },
  assumeTimeoutMs: { default: 10_000, min: 1, max: 600_000 },
  maxConcurrentAssumes: { default: 50, min: 1, max: 10_000 },
  maxSessionSeconds: { default: 0, min: 0, max: 31_536_000 }, // a year; an identity without `expiresAt` has no limit
  deniedEventsPerMinute: { default: 60, min: 0, max: 1_000_000 },
};

export const CACHE: Readonly<Record<keyof CacheOptions, WholeNumber>> = {
  max: { default: 10_000, min: 1, max: MAX_ENTRIES },
  minimumRemainingMs: { default: 60_000, min: 0, max: 1_800_000 },
  errorTtlMs: { default: 2_000, min: 0, max: 600_000 },
};

export const CLIENTS: Readonly<Record<keyof ClientsOptions, WholeNumber>> = {
  max: { default: 1_000, min: 1, max: MAX_ENTRIES },
  maxSockets: { default: 200, min: 1, max: 65_535 },
};

/**
 * Reads the numbers of an option such as `cache`, with their defaults. A number outside its bounds and an unknown name are faults.
 *
 * @param path the option; '' for the options themselves
 */
export function readNumbers<Name extends string>(
  path: string,
  given: unknown,
  rows: Readonly<Record<Name, WholeNumber>>,
  faults: Faults,
): Readonly<Record<Name, number>> {
  const group = isObject(given) ? given : undefined;
  if (group === undefined) faults.option(path, 'must be an object such as { max: 1_000 }');
  if (path === '') faults.noneOf('', group ?? {}, MACHINE_OPTIONS, optionsElsewhere('machine'));
  else faults.noneOf(path, group ?? {}, Object.keys(rows));
  const read = Object.entries<WholeNumber>(rows).map(([name, row]) => {
    const option: unknown = group && Reflect.get(group, name);
    const value = option === undefined ? row.default : option;
    faults.integer(path === '' ? name : `${path}.${name}`, value, row);
    return [name, value] as const;
  });
  return Object.fromEntries(read) as Record<Name, number>;
}
