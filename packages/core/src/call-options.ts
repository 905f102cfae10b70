import { Faults, type Permissions } from '@tenant-aws/policy';
import { OWN_PERMISSIONS } from './credentials/grants.ts';
import { frozenOption } from './frozen.ts';

/** Options of one call of `vend`. */
export interface VendOptions {
  /** Used *instead of* the machine's own permissions. */
  readonly permissions?: Permissions | undefined;
  /** Milliseconds that the credentials must remain valid, if more than `cache.minimumRemainingMs`. */
  readonly minimumRemainingMs?: number | undefined;
}

export interface RevokeOptions {
  /** Seconds. Default: `durationSeconds` plus `cache.minimumRemainingMs`; by then all vended credentials have expired. Of two revocations the later end counts. */
  readonly forSeconds?: number | undefined;
}

/** Options of `ready`. */
export interface ReadyOptions {
  /**
   * Whether the role is assumed once, for a tenant that does not exist, so that a wrong role name, trust policy or policy of the
   * base role is reported at start-up. The credentials are dropped, and `authorizeTenant` is not called. It needs options that are the same
   * for every identity: with a function option it is a ConfigurationError. Default: false.
   */
  readonly probe?: boolean | undefined;
}

/** The options of one call of `vend`, with their defaults. */
export interface Vending {
  readonly permissions: Permissions | typeof OWN_PERMISSIONS;
  readonly minimumRemainingMs: number;
}

export const OWN: Vending = { permissions: OWN_PERMISSIONS, minimumRemainingMs: 0 };

export function readProbe({ probe = false, ...unknown }: ReadyOptions): boolean {
  const faults = new Faults();
  faults.noneOf('', unknown, ['probe']);
  if (typeof probe !== 'boolean') faults.option('probe', 'must be true or false');
  faults.throwIfAny();
  return probe;
}

export function readVendOptions(
  options: VendOptions,
  known: readonly (keyof VendOptions)[] = ['permissions', 'minimumRemainingMs'],
): Vending {
  const { permissions, minimumRemainingMs = 0 } = options;
  const faults = new Faults();
  faults.noneOf('', options, known);
  if (!Number.isFinite(minimumRemainingMs) || minimumRemainingMs < 0)
    faults.option('minimumRemainingMs', 'must be a number of milliseconds, 0 or more');
  faults.throwIfAny();
  return { permissions: permissions === undefined ? OWN_PERMISSIONS : frozenOption(permissions), minimumRemainingMs };
}

/** @returns the seconds, if they are given */
export function readRevocation(tenantId: unknown, options: RevokeOptions): number | undefined {
  const { forSeconds, ...unknown } = options;
  const faults = new Faults();
  if (typeof tenantId !== 'string' || tenantId === '') faults.add('`tenantId` must be a string that is not empty');
  faults.noneOf('', unknown, ['forSeconds']);
  if (forSeconds !== undefined && !(Number.isFinite(forSeconds) && forSeconds > 0))
    faults.add('`forSeconds` must be a positive number of seconds');
  faults.throwIfAny();
  return forSeconds;
}
