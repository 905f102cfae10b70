import type { TenantContext } from '@tenant-aws/core';
import { isObject } from './is-object.ts';

/** The used part of `GraphQLResolveInfo`, the `info` argument of a resolver. */
export interface ResolveInfo {
  readonly fieldName: string;
  readonly path: Path;
  readonly schema: GraphqlSchema;
}

/** The used part of `GraphQLSchema`. This package does not depend on `graphql`. */
export interface GraphqlSchema {
  getTypeMap(): Readonly<Record<string, unknown>>;
  getSubscriptionType(): unknown;
}

interface Path {
  readonly key: string | number;
  readonly prev: Path | undefined;
}

export type Resolve = (this: unknown, source: unknown, args: unknown, value: unknown, info: ResolveInfo) => unknown;

/** The used part of `GraphQLField`. */
export interface Field {
  resolve?: Resolve | undefined;
  subscribe?: Resolve | undefined;
}

/** By the path of a field that has passed the guard. graphql-js uses the same path object as `prev` of the fields beneath it. */
const byPath = new WeakMap<object, TenantContext>();

/** By the context value of an operation and its root field: for subscriptions, because each event has new paths. */
const byOperation = new WeakMap<object, Map<Path['key'], TenantContext>>();

/** Records the context in which a field and the fields beneath it run. */
export function rememberField(value: unknown, { path }: ResolveInfo, context: TenantContext): void {
  byPath.set(path, context);
  if (path.prev !== undefined || !isObject(value)) return;
  const roots = byOperation.get(value) ?? new Map<Path['key'], TenantContext>();
  // Two operations with one context value can have the same root field: the empty context means that the tenant is unknown.
  roots.set(path.key, roots.has(path.key) && roots.get(path.key) !== context ? {} : context);
  byOperation.set(value, roots);
}

/** The context that is recorded for this field itself. */
export function ownFieldContext({ path }: ResolveInfo): TenantContext | undefined {
  return byPath.get(path);
}

/** The context of this field, or of the nearest field above it, that has passed the guard. */
export function fieldContext(value: unknown, { path }: ResolveInfo): TenantContext | undefined {
  let root = path;
  for (let node: Path | undefined = path; node; node = node.prev) {
    const found = byPath.get(node);
    if (found) return found;
    root = node;
  }
  return isObject(value) ? byOperation.get(value)?.get(root.key) : undefined;
}
