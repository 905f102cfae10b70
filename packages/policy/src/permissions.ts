import { ConfigurationError } from './errors.ts';
import { Faults, kindOf, nearest } from './faults.ts';
import { isObject } from './json/value.ts';
import type { TemplateLibrary } from './library.ts';

/** A template of the library, with the values of its variables. */
export interface Permission {
  readonly template: string;
  readonly variables?: Readonly<Record<string, string>>;
}

/** The declarations of a generator. */
export interface Declared {
  readonly library: TemplateLibrary;
  readonly permissions: readonly Permission[];
  /** What the generator was given that a vending machine must add itself. */
  readonly taken: readonly string[];
}

/** A `PolicyGenerator`. */
export interface DeclaredPermissions {
  readonly declared: Declared;
}

/** What a tenant may do: names of templates, with or without variables, or a `PolicyGenerator` without a tenant. A template that is listed twice is two permissions. */
export type Permissions = readonly (string | Permission)[] | DeclaredPermissions;

/**
 * The permissions as a list.
 *
 * @param library resolves them later: a generator of another library is a fault
 * @throws {@link ConfigurationError} with every item that is not a permission
 */
export function readPermissions(permissions: Permissions, library: TemplateLibrary): readonly Permission[] {
  const faults = new Faults();
  const list = isGenerator(permissions) ? fromGenerator(permissions.declared, library, faults) : permissions;
  if (!Array.isArray(list))
    throw new ConfigurationError([
      { path: 'permissions', text: `must be a list of template names or a PolicyGenerator, not ${kindOf(list)}` },
    ]);
  if (list.length === 0)
    faults.option(
      'permissions',
      'is empty: name at least one template, because a session without a policy has all permissions of its role',
    );
  const read = list.flatMap((item: unknown, i) => readPermission(item, `permissions[${i}]`, faults));
  faults.throwIfAny();
  return read;
}

function isGenerator(permissions: Permissions): permissions is DeclaredPermissions {
  return typeof permissions === 'object' && permissions !== null && 'declared' in permissions;
}

function fromGenerator({ library, permissions, taken }: Declared, expected: TemplateLibrary, faults: Faults): readonly Permission[] {
  for (const step of taken)
    faults.option('permissions', `is a generator that already has ${step}: remove it, because the vending machine adds its own`);
  if (library.digest !== expected.digest)
    faults.option('permissions', 'is a generator of another library: create it with `PolicyGenerator.generator(library)`');
  return permissions;
}

function readPermission(item: unknown, path: string, faults: Faults): readonly Permission[] {
  if (typeof item === 'string') return [Object.freeze({ template: item })];
  if (!isObject(item)) {
    faults.option(path, `must be a template name or { template, variables }, not ${kindOf(item)}`);
    return [];
  }
  const { template, variables, ...unknown } = item;
  const known = ['template', 'variables'];
  const variableNames = Object.keys(unknown).filter((name) => /^[a-z][a-z0-9_]*$/.test(name) && nearest(name, known) === undefined);
  faults.noneOf(path, unknown, known, new Map(variableNames.map((name) => [name, `belongs to \`${path}.variables\``])));
  if (typeof template !== 'string') faults.option(`${path}.template`, `must be a template name, not ${kindOf(template)}`);
  if (variables !== undefined && !isObject(variables))
    faults.option(`${path}.variables`, `must be an object of strings, not ${kindOf(variables)}`);
  if (typeof template !== 'string') return [];
  // Copied and frozen: the caller may reuse the object for another tenant.
  const own = isObject(variables) ? { variables: Object.freeze({ ...variables }) as Readonly<Record<string, string>> } : {};
  return [Object.freeze({ template, ...own })];
}
