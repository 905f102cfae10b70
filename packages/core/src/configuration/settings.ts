import {
  ConfigurationError,
  Faults,
  type PermissionSet,
  shipped,
  TemplateLibrary,
  type TemplateSource,
  TenantIdSet,
} from '@tenant-aws/policy';
import { frozenCopy, isPlain } from '../frozen.ts';
import type { ClientsSettings } from '../clients/client-cache.ts';
import { judgeConstants, type Naming } from '../credentials/assumption.ts';
import type { GrantedTenants } from '../credentials/grants.ts';
import { PermissionSets } from '../credentials/permission-sets.ts';
import type { VendorSettings } from '../credentials/vendor.ts';
import type { PerIdentityOptions } from '../per-identity.ts';
import { type BaseSts, readSts } from './base-sts.ts';
import { readCacheOptions, readClientsOptions } from './caches.ts';
import type { TokenVendingMachineOptions } from './options.ts';

/** Options, read and checked. */
export interface Settings extends BaseSts, VendorSettings {
  readonly perIdentity: PerIdentityOptions;
  readonly permissionSets: PermissionSets;
  readonly tenantIds: GrantedTenants;
  readonly clients: ClientsSettings;
  readonly deniedEventsPerMinute: number;
}

const NAMES: readonly (keyof TokenVendingMachineOptions)[] = [
  'roleArn',
  'permissions',
  'variables',
  'library',
  'shared',
  'tenantId',
  'sts',
  'durationSeconds',
  'sessionName',
  'sourceIdentity',
  'tags',
  'transitiveTagKeys',
  'externalId',
  'cache',
  'clients',
  'assumeTimeoutMs',
  'maxConcurrentAssumes',
  'maxSessionSeconds',
  'deniedEventsPerMinute',
  'authorizeTenant',
];

/** A year: who wants longer wants no end, and says so with an identity that has none. */
const MOST_SESSION_SECONDS = 31_536_000;

/** How options are read. */
export interface Reading {
  /** What an option is called in a fault. */
  readonly naming: Naming;
  /** Where the templates are, if no library is given: default the shipped ones. */
  readonly source?: TemplateSource | undefined;
}

/** @throws {@link ConfigurationError} with every fault */
export function readSettings(given: TokenVendingMachineOptions, reading: Reading): Settings {
  const { naming } = reading;
  if (typeof given !== 'object' || given === null)
    throw new ConfigurationError(['the options must be an object with `roleArn` and `permissions`']);
  const faults = new Faults();
  const { durationSeconds = 900, assumeTimeoutMs = 10_000, maxConcurrentAssumes = 50, cache = {}, clients = {}, ...others } = given;
  const { library, shared, tenantId, sts, roleArn, permissions, variables, sessionName, sourceIdentity, tags, ...rest } = others;
  const { transitiveTagKeys, externalId, maxSessionSeconds = 0, deniedEventsPerMinute = 60, authorizeTenant, ...unknown } = rest;
  const perIdentity: PerIdentityOptions = frozenCopy({
    roleArn,
    permissions,
    variables,
    sessionName,
    sourceIdentity,
    tags,
    transitiveTagKeys,
    externalId,
  });

  faults.noneOf('', unknown, NAMES);
  judgeConstants(perIdentity, naming, faults);
  faults.integer(naming('durationSeconds'), durationSeconds, { min: 900, max: 3600 });
  faults.integer('assumeTimeoutMs', assumeTimeoutMs, { min: 1, max: 600_000 });
  faults.integer('maxConcurrentAssumes', maxConcurrentAssumes, { min: 1, max: 10_000 });
  faults.integer('maxSessionSeconds', maxSessionSeconds, { min: 0, max: MOST_SESSION_SECONDS });
  faults.integer('deniedEventsPerMinute', deniedEventsPerMinute, { min: 0, max: 1_000_000 });
  if (authorizeTenant !== undefined && typeof authorizeTenant !== 'function')
    faults.add('`authorizeTenant` must be a function of the identity');
  const numbers = { durationSeconds, assumeTimeoutMs, maxConcurrentAssumes, maxSessionSeconds, deniedEventsPerMinute };
  const groups = { cache: readCacheOptions(cache, durationSeconds, naming, faults), clients: readClientsOptions(clients, faults) };
  const base = readSts(sts, maxConcurrentAssumes, faults);
  const accepted = tenantId === undefined ? undefined : faults.attempt(() => TenantIdSet.from(tenantId));
  const templates = faults.attempt(() => readLibrary(library, shared, accepted, reading));
  const any = accepted ?? templates?.tenantId;
  const permissionSets = templates && any && new PermissionSets(templates, any);
  const own = permissionSets && faults.attempt(() => constantSet(perIdentity, permissionSets));

  faults.throwIfAny();
  if (!base || !permissionSets || !any) throw new ConfigurationError(['the options cannot be read']);
  return { ...base, ...numbers, ...groups, authorizeTenant, perIdentity, permissionSets, tenantIds: { any, own: own?.tenantId ?? any } };
}

function readLibrary(
  given: unknown,
  shared: readonly string[] | undefined,
  tenantId: TenantIdSet | undefined,
  { naming, source }: Reading,
): TemplateLibrary {
  if (given === undefined) {
    return TemplateLibrary.from(source ?? shipped(), {
      ...(shared === undefined ? {} : { shared }),
      ...(tenantId === undefined ? {} : { tenantId }),
    });
  }
  if (shared !== undefined)
    throw new ConfigurationError(['`shared` and `library` exclude each other: give `shared` where the library is made']);
  if (given instanceof TemplateLibrary) return given;
  throw new ConfigurationError([`\`${naming('library')}\` must be a TemplateLibrary`]);
}

/** The permissions of every identity, where nothing in them depends on one: a template or a variable that is missing shows at start-up. */
export function constantSet(
  { permissions, variables = {}, tags = {} }: PerIdentityOptions,
  sets: PermissionSets,
): PermissionSet | undefined {
  if (typeof permissions !== 'object' || permissions === null || !isPlain(variables) || Array.isArray(variables)) return undefined;
  const tagKeys = typeof tags === 'function' ? 'any' : Object.keys(tags ?? {});
  return sets.resolve(permissions, { variables, tagKeys });
}
