import { Faults } from '@tenant-aws/policy';
import { TenantMissingError } from '../errors.ts';
import { isFrozen } from '../frozen.ts';
import { optionsElsewhere } from '../option-places.ts';
import type { TenantIdentity } from '../tenant.ts';
import { type IdentityRequest, type IdentitySource, withOfHttp } from './identity-source.ts';
import { readTenant } from './tenant-claim.ts';
import { verificationOf } from './verified-claims.ts';

export interface AuthenticatedUserOptions {
  /** The property of the user that has the tenant id. Default: `tenantId`. */
  readonly tenantProperty?: string | undefined;
}

/**
 * The identity source of `request.user`, set by any strategy of passport. Without a user, nothing is presented.
 * The tenant is read from an own property or from a getter of the user's class, never from `Object.prototype`.
 *
 * A user made by {@link TenantJwtStrategy}, or a copy of it with additional properties, keeps its subject, claims and expiry.
 * For any other user the claims are its own enumerable properties, and there is no expiry.
 *
 * @throws {@link ConfigurationError} an invalid option
 */
export function authenticatedUser(options: AuthenticatedUserOptions = {}): IdentitySource {
  const tenantProperty = readOptions(options);
  const known = new WeakMap<object, TenantIdentity>();
  function identify(user: unknown): TenantIdentity | undefined {
    if (user === undefined || user === null || user === false) return undefined;
    if (typeof user !== 'object') throw new TenantMissingError({ detail: { reason: `the user is a ${typeof user}` } });
    const cached = known.get(user);
    if (cached !== undefined) return cached;
    const identity = identityOf(user, tenantProperty);
    // A frozen user is read once: the same identity object lets the machine find its cache entry by reference.
    if (verificationOf(identity.claims) !== undefined && isFrozen(user)) known.set(user, identity);
    return identity;
  }
  const authenticatedUser: IdentitySource = ({ user }: IdentityRequest) => identify(user);
  return withOfHttp(Object.assign(authenticatedUser, { source: 'user' as const }), (_request, user) => identify(user));
}

function identityOf(user: object, tenantProperty: string): TenantIdentity {
  const properties = propertiesOf(user);
  const tenantId = readTenant(properties.get(tenantProperty), tenantProperty);
  const verification = verificationOf(properties.get('claims'));
  const subject = subjectOf(verification === undefined ? properties.get : (name) => readProperty(verification.claims, name));
  return Object.freeze({
    tenantId,
    ...(subject === undefined ? {} : { subject }),
    ...(verification ?? { claims: properties.own }),
    source: 'user' as const,
  });
}

/** A token's `sub`, or the usual `id` of a user. */
function subjectOf(get: Properties['get']): string | undefined {
  const [sub, id] = [get('sub'), get('id')];
  if (typeof sub === 'string') return sub;
  if (typeof id === 'string') return id;
  return Number.isSafeInteger(id) ? String(id) : undefined;
}

interface Properties {
  /** A frozen copy of the object's own enumerable properties. */
  readonly own: Readonly<Record<string, unknown>>;
  /** The value of an own property, or of a getter of the class. */
  readonly get: (name: string) => unknown;
}

/** Reads each own property once: a getter or a Proxy might return one tenant for the check and another for the copy. */
function propertiesOf(object: object): Properties {
  const own: Record<string, unknown> = Object.freeze({ ...object });
  return { own, get: (name) => (Object.hasOwn(own, name) ? own[name] : readProperty(object, name)) };
}

function readProperty(user: object, name: string): unknown {
  if (Object.hasOwn(user, name)) return Reflect.get(user, name);
  for (let owner = parentOf(user); owner !== undefined; owner = parentOf(owner)) {
    if (Object.getOwnPropertyDescriptor(owner, name)?.get !== undefined) return Reflect.get(user, name);
  }
  return undefined;
}

/** The prototype of a class. The last object of a chain is left out: it is `Object.prototype`, also that of another realm. */
function parentOf(object: object): object | undefined {
  const parent: unknown = Object.getPrototypeOf(object);
  if (typeof parent !== 'object' || parent === null || Object.getPrototypeOf(parent) === null) return undefined;
  return parent;
}

function readOptions(given: AuthenticatedUserOptions): string {
  const faults = new Faults();
  if (typeof given !== 'object' || given === null) faults.add('the options of `authenticatedUser` must be an object');
  faults.throwIfAny();
  const { tenantProperty = 'tenantId', ...unknown } = given;
  faults.noneOf('', unknown, ['tenantProperty'], optionsElsewhere('authenticatedUser'));
  if (typeof tenantProperty !== 'string' || tenantProperty === '') faults.add('`tenantProperty` must be the name of a property');
  faults.throwIfAny();
  return tenantProperty;
}
