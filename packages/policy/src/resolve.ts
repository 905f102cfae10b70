import type { Statement } from './document.ts';
import { TemplateVariableError } from './errors.ts';
import { nearest } from './faults.ts';
import { type Hydrate, hydratable, type Values } from './hydrate.ts';
import type { TemplateLibrary } from './library.ts';
import { isRecord, type Permission } from './permissions.ts';
import { type PermissionTemplate, tagNames } from './template.ts';
import { BUILT_IN, patternOf, refusalOf } from './variable.ts';

/** A permission whose template is known and whose own values were judged. */
export interface ResolvedPermission {
  readonly template: PermissionTemplate;
  /** Every variable of the template, in its order; the built-in ones are not among them. */
  readonly values: Values;
  /** The built-in values that it asks for. */
  readonly builtIns: readonly string[];
  readonly hydrate: (values: Values) => readonly Statement[];
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
  const faults = [...ownFaults(own, template)];
  const values = new Map<string, string>();
  for (const [name, { pattern }] of Object.entries(template.variables)) {
    const value = Object.hasOwn(own, name) ? own[name] : Object.hasOwn(shared, name) ? shared[name] : undefined;
    const refusal = refusalOf(value, patternOf(name, pattern));
    if (refusal !== undefined) faults.push(faultOf(template.name, name, refusal));
    else values.set(name, String(value));
  }
  if (faults.length > 0) throw new TemplateVariableError([...new Set(faults)]);
  const fillers: readonly Hydrate[] = template.Statement.map(hydratable);
  return { template, values, builtIns: builtInsOf(template), hydrate: (all) => fillers.map((fill) => fill(all)) };
}

/**
 * Judges what a permission gives by itself, as far as it can be judged alone: unknown names, values that no variable may have.
 *
 * @throws {@link TemplateNotFoundError}
 * @throws {@link TemplateVariableError}
 */
export function judgeOwn({ template, variables = {} }: Permission, library: TemplateLibrary): void {
  const faults = ownFaults(variables, library.get(template));
  if (faults.length > 0) throw new TemplateVariableError(faults);
}

/**
 * Judges variables that are given to all templates: each must be of some template of the library, or it is a misspelling.
 *
 * @throws {@link TemplateVariableError}
 */
export function judgeShared(variables: unknown, library: TemplateLibrary): void {
  if (!isRecord(variables)) throw new TemplateVariableError(['`variables` must be an object of strings']);
  const known = new Set(library.names().flatMap((name) => Object.keys(library.get(name).variables)));
  const faults = Object.entries(variables).flatMap(([name, value]) => {
    if (!known.has(name)) return [unknown(name, 'any template of the library', [...known])];
    const refusal = refusalOf(value, /^/);
    return refusal === undefined ? [] : [`the variable \`${name}\` ${refusal}`];
  });
  if (faults.length > 0) throw new TemplateVariableError(faults);
}

function ownFaults(own: Readonly<Record<string, unknown>>, { name: template, variables }: PermissionTemplate): readonly string[] {
  return Object.entries(own).flatMap(([name, value]) => {
    if (!Object.hasOwn(variables, name)) return [unknown(name, `template \`${template}\``, Object.keys(variables))];
    const refusal = refusalOf(value, patternOf(name, variables[name]?.pattern));
    return refusal === undefined ? [] : [faultOf(template, name, refusal)];
  });
}

function faultOf(template: string, name: string, refusal: string): string {
  return refusal === 'is missing'
    ? `template \`${template}\` needs the variable \`${name}\`: give it with the template, in \`variables\`, or as TENANT_AWS_VAR_${name.toUpperCase()}`
    : `the variable \`${name}\` of template \`${template}\` ${refusal}`;
}

function unknown(name: string, where: string, known: readonly string[]): string {
  if (BUILT_IN.has(name)) return `\`${name}\` is built in: it is no variable of ${where}`;
  const near = nearest(name, known);
  return `${JSON.stringify(name)} is no variable of ${where}${near === undefined ? '' : `: did you mean \`${near}\`?`}`;
}

function builtInsOf(template: PermissionTemplate): readonly string[] {
  return [...new Set(template.Statement.flatMap(tagNames))].filter((name) => BUILT_IN.has(name));
}
