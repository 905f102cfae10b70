import type { Permissions } from '@tenant-aws/policy';
import { frozenOption } from './frozen.ts';
import type { TenantIdentity } from './tenant.ts';

/**
 * A value, or a function that answers it for an identity. A function is asked once for each verified identity, and its
 * answer is part of what tells cached credentials apart: two identities with different answers never share any.
 *
 * The answer is copied as it arrives. A function that waits for something should make a new object for each identity:
 * two calls of it that continue in one turn can change an object that they share before either answer has arrived.
 */
export type PerIdentity<T> = T | ((identity: TenantIdentity) => T | Promise<T>);

/** The options of AssumeRole that may differ from identity to identity. */
export interface PerIdentityOptions {
  /** The role that is assumed: one for all tenants (pool), or by function one per tenant or tier (silo, bridge). */
  readonly roleArn: PerIdentity<string>;
  /** Which permission templates, with which variables: what every tenant may do, or by function what this one may. */
  readonly permissions: PerIdentity<Permissions>;
  /** Variables for all templates, such as `{ bucket: 'notes' }`. A permission's own variables win. Default: none. */
  readonly variables?: PerIdentity<Readonly<Record<string, string>>> | undefined;
  /** `RoleSessionName`, which CloudTrail shows; 2 to 64 of `A-Za-z0-9_+=,.@-`. Default: the tenant id, or `t-` and 40 hex digits of its SHA-256 where it is no legal name or looks like such a digest. */
  readonly sessionName?: PerIdentity<string> | undefined;
  /** `SourceIdentity`, which CloudTrail shows for every call and which the trust policy must permit. Default: none. */
  readonly sourceIdentity?: PerIdentity<string> | undefined;
  /** Session tags, at most 50, which the trust policy must permit. Default: none. */
  readonly tags?: PerIdentity<Readonly<Record<string, string>>> | undefined;
  /** Keys of `tags` that stay when the session assumes a further role. Default: none. */
  readonly transitiveTagKeys?: PerIdentity<readonly string[]> | undefined;
  /** `ExternalId`, for roles in other accounts. Default: none. */
  readonly externalId?: PerIdentity<string> | undefined;
}

/** What an option says for an identity. A function's answer is copied, for an application may answer one object to all. */
export function answerFor<T>(option: PerIdentity<T>, identity: TenantIdentity): T | Promise<T> {
  if (typeof option !== 'function') return option;
  const ask = option as (identity: TenantIdentity) => T | Promise<T>;
  const turn = nextTurns.get(ask);
  const answer = turn === undefined ? copyOf(ask(identity)) : turn.then(() => copyOf(ask(identity)));
  if (answer instanceof Promise) takeTurn(ask, turn ?? Promise.resolve());
  return answer;
}

/** When a function that answers promises may be asked for the next identity. */
const nextTurns = new WeakMap<object, Promise<void>>();

/**
 * A promise shows its answer a moment after it was made. The function is not asked for another identity before that, or
 * the next answer could be in the place of this one. It takes two microtasks, and no time: the answers are awaited together.
 */
function takeTurn(ask: object, previous: Promise<void>): void {
  const turn = previous
    .then(() => undefined)
    .then(() => undefined)
    .then(() => {
      if (nextTurns.get(ask) === turn) nextTurns.delete(ask);
    });
  nextTurns.set(ask, turn);
}

function copyOf<T>(answer: T | Promise<T>): T | Promise<T> {
  return isPromise(answer) ? Promise.resolve(answer).then(frozenOption) : frozenOption(answer);
}

function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
