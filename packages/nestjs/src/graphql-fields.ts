import type { TenantContext } from '@tenant-aws/core';
import { isObject } from './is-object.ts';

/** Of the `info` of a resolver, as graphql-js passes it. */
export interface ResolveInfo {
  readonly fieldName: string;
  readonly path: Path;
  readonly schema: GraphqlSchema;
}

/** The part of `GraphQLSchema` that is used here: this package does not depend on `graphql`. */
export interface GraphqlSchema {
  getTypeMap(): Readonly<Record<string, unknown>>;
  getSubscriptionType(): unknown;
}

interface Path {
  readonly key: string | number;
  readonly prev: Path | undefined;
}

export type Resolve = (this: unknown, source: unknown, args: unknown, value: unknown, info: ResolveInfo) => unknown;

/** Of `GraphQLField`. */
export interface Field {
  resolve?: Resolve | undefined;
  subscribe?: Resolve | undefined;
}

/** By the path of a field that has passed the guard. graphql-js gives the fields beneath it this very object as `prev`. */
const byPath = new WeakMap<object, TenantContext>();

/** By the context value of an operation and the root field: of subscriptions, whose events have paths of their own. */
const byOperation = new WeakMap<object, Map<Path['key'], TenantContext>>();

/** Records the context in which a field and the fields beneath it run. */
export function rememberField(value: unknown, { path }: ResolveInfo, context: TenantContext): void {
  byPath.set(path, context);
  if (path.prev !== undefined || !isObject(value)) return;
  const roots = byOperation.get(value) ?? new Map<Path['key'], TenantContext>();
  // Two operations with one context value: the paths tell their fields apart, the root field does not.
  roots.set(path.key, roots.has(path.key) && roots.get(path.key) !== context ? {} : context);
  byOperation.set(value, roots);
}

/** The context that is recorded for this very field. */
export function ownFieldContext({ path }: ResolveInfo): TenantContext | undefined {
  return byPath.get(path);
}

/** The context of the nearest field above, or of the field itself, that has passed the guard. */
export function fieldContext(value: unknown, { path }: ResolveInfo): TenantContext | undefined {
  let root = path;
  for (let at: Path | undefined = path; at; at = at.prev) {
    const found = byPath.get(at);
    if (found) return found;
    root = at;
  }
  return isObject(value) ? byOperation.get(value)?.get(root.key) : undefined;
}
