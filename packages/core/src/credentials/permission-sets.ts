import {
  ConfigurationError,
  type Permission,
  type Permissions,
  PermissionSet,
  type TemplateLibrary,
  type TenantIdSet,
} from '@tenant-aws/policy';
import { boundedMap } from '../bounded-map.ts';
import { ObjectNumbers } from '../object-numbers.ts';

export interface PermissionContext {
  readonly variables: Readonly<Record<string, string>>;
  /** Keys of the session tags that AssumeRole will get; 'any' if a function option decides them per identity. */
  readonly tagKeys: readonly string[] | 'any';
}

/** There are as many sets as different permissions in the code, times the different values of `variables`. */
const MAX_SETS = 1_000;

/** Resolves permissions against the machine's library and caches the sets: lists by value, generators by reference. */
export class PermissionSets {
  readonly #library: TemplateLibrary;
  readonly #tenantId: TenantIdSet;
  readonly #resolved = boundedMap<PermissionSet>(MAX_SETS);
  readonly #numbers = new ObjectNumbers();

  constructor(library: TemplateLibrary, tenantId: TenantIdSet) {
    this.#library = library;
    this.#tenantId = tenantId;
  }

  /** @throws the errors of `PermissionSet.from` */
  resolve(permissions: Permissions, { variables, tagKeys }: PermissionContext): PermissionSet {
    const key = JSON.stringify([this.keyOf(permissions), textOf(variables), tagKeys]);
    const known = this.#resolved.get(key);
    if (known !== undefined) return known;
    const set = PermissionSet.from(permissions, { library: this.#library, variables, tenantId: this.#tenantId, sessionTags: tagKeys });
    this.#resolved.set(key, set);
    return set;
  }

  /**
   * A key that differs for different permissions. Invalid input never shares a key with valid input.
   *
   * @throws {@link ConfigurationError} neither a list nor a generator
   */
  keyOf(permissions: Permissions): string {
    if (typeof permissions !== 'object' || permissions === null) {
      throw new ConfigurationError([
        `the permissions must be a list of permission templates, not ${permissions === null ? 'null' : typeof permissions}`,
      ]);
    }
    if (isList(permissions)) return JSON.stringify(permissions.map((item) => (typeof item === 'string' ? item : this.#textOfItem(item))));
    return `#${this.#numbers.of(permissions)}`;
  }

  #textOfItem(item: Permission): unknown {
    const { template, variables, ...others } = item ?? {};
    const isPlain = typeof template === 'string' && Object.keys(others).length === 0;
    return isPlain ? [template, textOf(variables ?? {})] : { invalid: this.#numbers.of(Object(item)) };
  }
}

/** Sorted by name. A value that is not a string is represented by its type. */
function textOf(variables: Readonly<Record<string, unknown>>): unknown {
  if (typeof variables !== 'object' || variables === null) return { invalid: typeof variables };
  const entries = Object.entries(variables).map(
    ([name, value]) => [name, typeof value === 'string' ? value : { invalid: typeof value }] as const,
  );
  return entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function isList(permissions: Permissions): permissions is Extract<Permissions, readonly unknown[]> {
  return Array.isArray(permissions);
}
