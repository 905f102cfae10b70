import type { Permissions } from '@tenant-aws/policy';
import { frozenOption } from './frozen.ts';
import { isPromise } from './maybe-promise.ts';
import type { TenantIdentity } from './tenant.ts';

/**
 * A value, or a function that returns it for an identity. A function is called once for each verified identity. Its result
 * is part of the cache key: two identities with different results never share credentials.
 *
 * The result is copied when it arrives. An asynchronous function should create a new object for each identity: two of its
 * calls that continue in one turn of the event loop can change a shared object before either result is copied.
 */
export type PerIdentity<T> = T | ((identity: TenantIdentity) => T | Promise<T>);

/** The options of AssumeRole that may differ from identity to identity. */
export interface PerIdentityOptions {
  /** The role to assume: one for all tenants (pool), or with a function one per tenant or tier (silo, bridge). */
  readonly roleArn: PerIdentity<string>;
  /** Permission templates with their variables: the same for every tenant, or with a function different ones. */
  readonly permissions: PerIdentity<Permissions>;
  /** Variables for all templates, such as `{ bucket: 'notes' }`. A permission's own variables win. Default: none. */
  readonly variables?: PerIdentity<Readonly<Record<string, string>>> | undefined;
  /** `RoleSessionName`, which CloudTrail shows; 2 to 64 of `A-Za-z0-9_+=,.@-`. Default: the tenant id, or `t-` and 40 hex digits of its SHA-256 if STS does not accept the id as a session name, or the id looks like such a digest. */
  readonly sessionName?: PerIdentity<string> | undefined;
  /** `SourceIdentity`, which CloudTrail shows for every call. The trust policy must allow it. Default: none. */
  readonly sourceIdentity?: PerIdentity<string> | undefined;
  /** Session tags, at most 50. The trust policy must allow them. Default: none. */
  readonly tags?: PerIdentity<Readonly<Record<string, string>>> | undefined;
  /** Keys of `tags` that remain when the session assumes another role. Default: none. */
  readonly transitiveTagKeys?: PerIdentity<readonly string[]> | undefined;
  /** `ExternalId`, for roles in other accounts. Default: none. */
  readonly externalId?: PerIdentity<string> | undefined;
}

/** The value of an option for an identity. A function's result is copied: an application may return one object for all identities. */
export function answerFor<T>(option: PerIdentity<T>, identity: TenantIdentity): T | Promise<T> {
  if (typeof option !== 'function') return option;
  const call = option as (identity: TenantIdentity) => T | Promise<T>;
  const turn = nextTurns.get(call);
  const value = turn === undefined ? copyOf(call(identity)) : turn.then(() => copyOf(call(identity)));
  if (value instanceof Promise) takeTurn(call, turn ?? Promise.resolve());
  return value;
}

/** Resolves when an asynchronous function may be called for the next identity. */
const nextTurns = new WeakMap<object, Promise<void>>();

/**
 * The result of a resolved promise can be read and copied only two microtasks later. Until then the function is not called
 * for another identity: it could change the shared object before the copy. Pending results are awaited concurrently.
 */
function takeTurn(call: object, previous: Promise<void>): void {
  const turn = previous
    .then(() => undefined)
    .then(() => undefined)
    .then(() => {
      if (nextTurns.get(call) === turn) nextTurns.delete(call);
    });
  nextTurns.set(call, turn);
}

function copyOf<T>(value: T | Promise<T>): T | Promise<T> {
  return isPromise(value) ? Promise.resolve(value).then(frozenOption) : frozenOption(value);
}
