import { type Fault, TemplateVariableError } from './errors.ts';
import { nearest } from './faults.ts';
import type { Values } from './hydrate.ts';
import { isObject } from './json/value.ts';
import type { TemplateLibrary } from './library.ts';
import type { Permission } from './permissions.ts';
import { type PermissionTemplate, tagNames } from './template.ts';
import { BUILT_IN, isVariableName, patternOf, refusalOf } from './variable.ts';

/** A permission with its template and a checked value for each of its variables. */
export interface ResolvedPermission {
  readonly template: PermissionTemplate;
  /** The value of each variable of the template, in the template's order, without the built-in ones. */
  readonly values: Values;
  /** The built-in values that the template uses, without the tenant. */
  readonly builtIns: readonly string[];
}

/**
 * Finds the template and a value for each of its variables: the permission's own, else the shared one.
 *
 * @throws {@link TemplateNotFoundError}
 * @throws {@link TemplateVariableError} with every fault of this permission
 */
export function resolve(permission: Permission, shared: Readonly<Record<string, unknown>>, library: TemplateLibrary): ResolvedPermission {
  const template = library.get(permission.template);
  const own = permission.variables ?? {};
  const faults: (string | Fault)[] = [...ownFaults(own, template)];
  const values = new Map<string, string>();
  for (const [name, { pattern }] of Object.entries(template.variables)) {
    const isOwn = Object.hasOwn(own, name);
    const value: unknown = isOwn ? own[name] : Object.hasOwn(shared, name) ? shared[name] : undefined;
    const missing = value === undefined ? `is missing: template \`${template.name}\` needs the variable \`${name}\`` : undefined;
    const text = isOwn ? undefined : (missing ?? refusalOf(value, patternOf(name, pattern)));
    if (text !== undefined) faults.push({ path: `variables.${label(name)}`, text });
    else if (typeof value === 'string') values.set(name, value);
  }
  if (faults.length > 0) throw new TemplateVariableError(faults);
  return { template, values, builtIns: builtInsOf(template) };
}

/**
 * Checks a permission's own variables, without the shared ones: no unknown name, no value that its variable refuses.
 *
 * @throws {@link TemplateNotFoundError}
 * @throws {@link TemplateVariableError}
 */
export function checkOwnVariables({ template, variables = {} }: Permission, library: TemplateLibrary): void {
  const faults = ownFaults(variables, library.get(template));
  if (faults.length > 0) throw new TemplateVariableError(faults);
}

/**
 * Checks variables that are given to all templates. A name that no template of the library has is a misspelling.
 *
 * @throws {@link TemplateVariableError}
 */
export function checkSharedVariables(variables: unknown, library: TemplateLibrary): void {
  if (!isObject(variables)) throw new TemplateVariableError([{ path: 'variables', text: 'must be an object of strings' }]);
  const known = new Set(library.names().flatMap((name) => Object.keys(library.get(name).variables)));
  const faults = Object.entries(variables).flatMap(([name, value]) => {
    const text = known.has(name) ? refusalOf(value, /^/) : unknown(name, 'any template of the library', [...known]);
    return text === undefined ? [] : [{ path: `variables.${label(name)}`, text }];
  });
  if (faults.length > 0) throw new TemplateVariableError(faults);
}

function ownFaults(own: Readonly<Record<string, unknown>>, { name: template, variables }: PermissionTemplate): readonly string[] {
  return Object.entries(own).flatMap(([name, value]) => {
    if (!Object.hasOwn(variables, name)) return [`\`${label(name)}\` ${unknown(name, `template \`${template}\``, Object.keys(variables))}`];
    const refusal = refusalOf(value, patternOf(name, variables[name]?.pattern));
    return refusal === undefined ? [] : [`the variable \`${name}\` of template \`${template}\` ${refusal}`];
  });
}

function unknown(name: string, where: string, known: readonly string[]): string {
  if (BUILT_IN.has(name)) return `is built in and is not a variable of ${where}`;
  const near = nearest(name, known);
  return `is not a variable of ${where}${near === undefined ? '' : `: did you mean \`${near}\`?`}`;
}

/** The name in a sentence: quoted where it is not the name of a variable. */
function label(name: string): string {
  return isVariableName(name) ? name : JSON.stringify(name);
}

function builtInsOf(template: PermissionTemplate): readonly string[] {
  return [...new Set(template.Statement.flatMap(tagNames))].filter((name) => name !== 'tenant' && BUILT_IN.has(name));
}
