import {
  ConfigurationError,
  type Fault,
  Faults,
  type PermissionSet,
  shipped,
  TemplateLibrary,
  type TemplateSource,
  TenantIdSet,
} from '@tenant-aws/policy';
import { isObject } from '@tenant-aws/policy/json';
import { frozenCopy, isPlain } from '../frozen.ts';
import type { ClientsSettings } from '../clients/client-cache.ts';
import { checkConstants, PER_IDENTITY } from '../credentials/role-session.ts';
import type { GrantedTenants } from '../credentials/grants.ts';
import { PermissionSets } from '../credentials/permission-sets.ts';
import type { VendorSettings } from '../credentials/vendor.ts';
import type { PerIdentityOptions } from '../per-identity.ts';
import { type BaseSts, readSts } from './base-sts.ts';
import { CACHE, CLIENTS, NUMBERS, readNumbers } from './option-table.ts';
import type { TokenVendingMachineOptions } from './options.ts';

/** Options, read and checked. */
export interface Settings extends BaseSts, VendorSettings {
  readonly perIdentity: PerIdentityOptions;
  readonly permissionSets: PermissionSets;
  readonly tenantIds: GrantedTenants;
  readonly clients: ClientsSettings;
  readonly deniedEventsPerMinute: number;
}

/**
 * @param sources where the templates are if no library is given: default the shipped ones
 * @throws {@link ConfigurationError} with every fault
 */
export function readSettings(given: TokenVendingMachineOptions, sources?: readonly TemplateSource[]): Settings {
  if (!isObject(given)) throw new ConfigurationError(['the options must be an object with `roleArn` and `permissions`']);
  const faults = new Faults();
  const { library, shared, tenantId, sts, authorizeTenant, cache = {}, clients = {} } = given;
  const perIdentity = frozenCopy(Object.fromEntries(PER_IDENTITY.map((name) => [name, given[name]]))) as unknown as PerIdentityOptions;

  const numbers = readNumbers('', given, NUMBERS, faults);
  checkConstants(perIdentity, faults);
  if (authorizeTenant !== undefined && typeof authorizeTenant !== 'function')
    faults.option('authorizeTenant', 'must be a function of the identity');
  // More than half of the duration would renew credentials at every call. A wrong duration is a fault of its own.
  const minimumRemainingMs = { ...CACHE.minimumRemainingMs, max: (numbers.durationSeconds >= 900 ? numbers.durationSeconds : 900) * 500 };
  const groups = {
    cache: readNumbers('cache', cache, { ...CACHE, minimumRemainingMs }, faults),
    clients: readNumbers('clients', clients, CLIENTS, faults),
  };
  const base = readSts(sts, numbers.maxConcurrentAssumes, faults);
  const accepted = tenantId === undefined ? undefined : faults.attempt(() => TenantIdSet.from(tenantId));
  const rename = sources === undefined ? undefined : faultOf('library');
  const templates = faults.attempt(() => readLibrary(library, shared, accepted, sources), rename);
  const any = accepted ?? templates?.tenantId;
  const permissionSets = templates && any && new PermissionSets(templates, any);
  const own = permissionSets && readConstantPermissions(perIdentity, permissionSets, faults);
  const read = base && permissionSets && any && { ...base, permissionSets, tenantIds: { any, own: own?.tenantId ?? any } };
  return { ...faults.checked(read), ...numbers, ...groups, authorizeTenant, perIdentity };
}

function readLibrary(
  given: unknown,
  shared: readonly string[] | undefined,
  tenantId: TenantIdSet | undefined,
  sources: readonly TemplateSource[] = [shipped()],
): TemplateLibrary {
  if (given === undefined)
    return TemplateLibrary.from(sources, { ...(shared === undefined ? {} : { shared }), ...(tenantId === undefined ? {} : { tenantId }) });
  if (shared !== undefined)
    throw new ConfigurationError(['`shared` and `library` exclude each other: give `shared` where the library is made']);
  if (given instanceof TemplateLibrary) return given;
  throw new ConfigurationError([{ path: 'library', text: 'must be a TemplateLibrary' }]);
}

/** Resolves permissions that are the same for every identity, so that a template or a variable that is missing is found at start-up. */
export function readConstantPermissions(
  { permissions, variables = {}, tags = {} }: PerIdentityOptions,
  sets: PermissionSets,
  faults: Faults,
): PermissionSet | undefined {
  if (typeof permissions !== 'object' || permissions === null || !isPlain(variables) || Array.isArray(variables)) return undefined;
  const tagKeys = typeof tags === 'function' ? 'any' : Object.keys(tags ?? {});
  return faults.attempt(() => sets.resolve(permissions, { variables, tagKeys }), faultOf('permissions'));
}

/** Maps a fault that names no option, such as a template's, to a fault of this option. */
function faultOf(path: string): (fault: Fault) => Fault {
  return (fault) => (fault.path === '' ? { path, text: `cannot be used: ${fault.text}` } : fault);
}
