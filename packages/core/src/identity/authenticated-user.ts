import { Faults } from '@tenant-aws/policy';
import { TenantMissingError } from '../errors.ts';
import { isFrozen } from '../frozen.ts';
import type { TenantIdentity } from '../tenant.ts';
import type { IdentityRequest, IdentitySource } from './identity-source.ts';
import { readTenant } from './tenant-claim.ts';
import { sealOf } from './verified-claims.ts';

export interface AuthenticatedUserOptions {
  /** The property of the user that holds the tenant id. Default: `tenantId`. */
  readonly tenantProperty?: string | undefined;
}

/**
 * The identity source of what passport, whatever its strategy, left on the request: nothing presented where there is no user.
 * The property is the user's own or a getter of its class; what hangs on `Object.prototype` is nobody's.
 *
 * A user that {@link TenantJwtStrategy} made, or a copy of it with more on it, keeps its subject, its claims and its end.
 * Of any other user the claims are its own enumerable properties, and its end is not known.
 *
 * @throws {@link ConfigurationError} an option that is wrong
 */
export function authenticatedUser(options: AuthenticatedUserOptions = {}): IdentitySource {
  const tenantProperty = readOptions(options);
  const known = new WeakMap<object, TenantIdentity>();
  function authenticatedUser({ user }: IdentityRequest): TenantIdentity | undefined {
    if (user === undefined || user === null || user === false) return undefined;
    if (typeof user !== 'object') throw new TenantMissingError({ detail: { reason: `the user is a ${typeof user}` } });
    const before = known.get(user);
    if (before !== undefined) return before;
    const identity = identityOf(user, tenantProperty);
    // A user that cannot change is read once, and the machine finds its entry by the object.
    if (sealOf(identity.claims) !== undefined && isFrozen(user)) known.set(user, identity);
    return identity;
  }
  return Object.assign(authenticatedUser, { source: 'user' as const });
}

function identityOf(user: object, tenantProperty: string): TenantIdentity {
  const properties = propertiesOf(user);
  const tenantId = readTenant(properties.get(tenantProperty), tenantProperty);
  const seal = sealOf(properties.get('claims'));
  const subject = subjectOf(seal === undefined ? properties.get : (name) => readProperty(seal.claims, name));
  return Object.freeze({
    tenantId,
    ...(subject === undefined ? {} : { subject }),
    ...(seal ?? { claims: properties.own }),
    source: 'user' as const,
  });
}

/** A token's `sub`, or what a user is most often known by. */
function subjectOf(get: Properties['get']): string | undefined {
  const [sub, id] = [get('sub'), get('id')];
  if (typeof sub === 'string') return sub;
  if (typeof id === 'string') return id;
  return Number.isSafeInteger(id) ? String(id) : undefined;
}

interface Properties {
  /** A frozen copy of the object's own enumerable properties. */
  readonly own: Readonly<Record<string, unknown>>;
  /** An own property, or what a getter of its class answers. */
  readonly get: (name: string) => unknown;
}

/** Reads each own property once: a getter or a Proxy may answer one tenant when it is judged and another when it is copied. */
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

/** The next class up; never the last object of a chain, which is `Object.prototype`, also that of another realm. */
function parentOf(object: object): object | undefined {
  const parent: unknown = Object.getPrototypeOf(object);
  if (typeof parent !== 'object' || parent === null || Object.getPrototypeOf(parent) === null) return undefined;
  return parent;
}

function readOptions(given: AuthenticatedUserOptions): string {
  const faults = new Faults();
  if (typeof given !== 'object' || given === null) faults.add('the options of authenticatedUser must be an object');
  faults.throwIfAny();
  const { tenantProperty = 'tenantId', ...unknown } = given;
  faults.noneOf('', unknown, ['tenantProperty']);
  if (typeof tenantProperty !== 'string' || tenantProperty === '') faults.add('`tenantProperty` must be the name of a property');
  faults.throwIfAny();
  return tenantProperty;
}
