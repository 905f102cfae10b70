import { Faults } from '@tenant-aws/policy';
import { isObject } from '@tenant-aws/policy/json';
import { answerFor, type PerIdentityOptions } from '../per-identity.ts';
import type { TenantIdentity } from '../tenant.ts';
import {
  externalIdFault,
  parseRoleArn,
  type RoleParts,
  roleArnFault,
  type SessionParameters,
  sessionNameFault,
  sourceIdentityFault,
  tagsFault,
  transitiveTagKeysFault,
  untaggedKeys,
} from './session-parameters.ts';

/** The role session of an identity: its parameters, and the built-in variables of templates. */
export interface RoleSession extends Omit<SessionParameters, 'sessionName'>, RoleParts {
  /** Absent: the default for the tenant id. */
  readonly sessionName: string | undefined;
}

type Name = keyof PerIdentityOptions;

/** The values of the options for one identity, not yet checked. */
export type OptionValues = Readonly<Partial<Record<Name, unknown>>>;

const CHECKS: readonly (readonly [Name, (value: unknown) => string | undefined])[] = [
  ['roleArn', roleArnFault],
  ['permissions', permissionsFault],
  ['variables', variablesFault],
  ['sessionName', sessionNameFault],
  ['sourceIdentity', sourceIdentityFault],
  ['externalId', externalIdFault],
  ['tags', tagsFault],
  ['transitiveTagKeys', transitiveTagKeysFault],
];

/** The names of the options that may differ between identities. */
export const PER_IDENTITY: readonly Name[] = CHECKS.map(([name]) => name);

/** The values of all options, if none is a function. */
export function constantValues(options: PerIdentityOptions): OptionValues | undefined {
  return PER_IDENTITY.some((name) => typeof options[name] === 'function') ? undefined : options;
}

/** Calls each function option once. Returns a promise only if one of them does. */
export function valuesFor(options: PerIdentityOptions, identity: TenantIdentity): OptionValues | Promise<OptionValues> {
  const values: [Name, unknown][] = [];
  try {
    for (const [name] of CHECKS) values.push([name, answerFor<unknown>(options[name], identity)]);
  } catch (error) {
    for (const [, value] of values) if (value instanceof Promise) value.catch(() => undefined); // only the first failure is reported
    throw error;
  }
  if (!values.some(([, value]) => value instanceof Promise)) return Object.fromEntries(values);
  return Promise.all(values.map(async ([name, value]) => [name, await value] as const)).then((settled) => Object.fromEntries(settled));
}

/** Adds the faults of the options that are the same for every identity. */
export function checkConstants(options: OptionValues, faults: Faults): void {
  const names = PER_IDENTITY.filter((name) => typeof options[name] !== 'function');
  check(options, names, faults);
}

/** @throws {@link ConfigurationError} a function option returned an invalid value */
export function parseSession(values: OptionValues): RoleSession {
  const faults = new Faults();
  check(values, PER_IDENTITY, faults);
  faults.throwIfAny();
  const { roleArn, sessionName, sourceIdentity, externalId, tags = {}, transitiveTagKeys = [] } = values as CheckedValues;
  return {
    roleArn,
    ...(parseRoleArn(roleArn) ?? { partition: '', account: '' }),
    sourceIdentity,
    externalId,
    sessionName,
    tags: { ...tags },
    transitiveTagKeys: [...transitiveTagKeys],
  };
}

type CheckedValues = Pick<SessionParameters, 'roleArn'> & Partial<SessionParameters>;

function check(values: OptionValues, names: readonly Name[], faults: Faults): void {
  let valid = true;
  for (const [name, faultOf] of CHECKS) {
    const fault = names.includes(name) ? faultOf(values[name]) : undefined;
    if (fault === undefined) continue;
    faults.option(name, fault);
    valid = false;
  }
  if (!valid || !names.includes('tags') || !names.includes('transitiveTagKeys')) return;
  const { tags = {}, transitiveTagKeys = [] } = values as Partial<CheckedValues>;
  for (const key of untaggedKeys(transitiveTagKeys, tags))
    faults.option('transitiveTagKeys', `has the key \`${key}\`, which is missing in \`tags\``);
}

/** Checks only the type. The templates and variables in it are checked against the library. */
function permissionsFault(value: unknown): string | undefined {
  if (typeof value === 'object' && value !== null) return undefined;
  return value === undefined
    ? 'is missing: name at least one permission template'
    : `must be a list of permission templates, not a ${typeof value}`;
}

function variablesFault(value: unknown): string | undefined {
  if (value === undefined || isObject(value)) return undefined;
  return "must be an object such as { bucket: 'notes' }";
}
