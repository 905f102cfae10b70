import { ConfigurationError, TemplateSyntaxError } from './errors.ts';
import { nearest } from './faults.ts';
import type { Json } from './json.ts';
import { isArray, isObject } from './statement.ts';
import { DEFAULT_TENANT_ID, type TenantIdOptions } from './tenant-id.ts';
import { BUILT_IN, isVariableName, patternOf, refusalOf, type VariableDeclaration } from './variable.ts';

/** One request that a template must allow to a tenant, or must deny: with the variables at their `example`. */
export interface TemplateCase {
  readonly tenant: string;
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** What a template says of itself, beside its statements. Bare templates say nothing. */
export interface Manifest {
  readonly version?: string;
  readonly description?: string;
  /** Every variable that somebody must give a value; the built-in ones are not among them. */
  readonly variables: ReadonlyMap<string, VariableDeclaration>;
  /** What the template's naming asks of tenant ids: it narrows the accepted set. */
  readonly tenantId?: TenantIdOptions;
  /** The names that its tenants' resources have, for the proof. */
  readonly families?: readonly string[];
  readonly services?: readonly string[];
  readonly model?: 'pool' | 'silo' | 'bridge';
  readonly caveats?: readonly string[];
  readonly cases?: { readonly allow: readonly TemplateCase[]; readonly deny: readonly TemplateCase[] };
}

type JsonObject = { readonly [key: string]: Json };

const KEYS = ['name', 'version', 'description', 'variables', 'Statement', 'cases', 'families', 'services', 'model', 'caveats'] as const;

/**
 * The manifest of a template's object.
 *
 * @param where what to call the template in a fault
 * @throws {@link TemplateSyntaxError}
 */
export function parseManifest(json: JsonObject, name: string, where: string): Manifest {
  onlyKeys(json, KEYS, where);
  if (json.name !== undefined && json.name !== name) throw refused(where, `must have the \`name\` of its file, ${JSON.stringify(name)}`);
  const variables = json.variables === undefined ? {} : object(json.variables, `${where}, variables`);
  const { tenant, ...rest } = variables;
  const declared = Object.entries(rest).map(([key, value]) => [key, parseVariable(key, value, `${where}, variable \`${key}\``)] as const);
  return {
    ...optional(json, 'version', (value) => string(value, `${where}, version`)),
    ...optional(json, 'description', (value) => string(value, `${where}, description`)),
    variables: new Map(declared.filter(([key]) => !BUILT_IN.has(key))),
    ...(tenant === undefined ? {} : { tenantId: parseTenant(tenant, `${where}, variable \`tenant\``) }),
    ...optional(json, 'families', (value) => strings(value, `${where}, families`)),
    ...optional(json, 'services', (value) => strings(value, `${where}, services`)),
    ...optional(json, 'model', (value) => oneOf(['pool', 'silo', 'bridge'], value, `${where}, model`)),
    ...optional(json, 'caveats', (value) => strings(value, `${where}, caveats`)),
    ...optional(json, 'cases', (value) => parseCases(value, `${where}, cases`)),
  };
}

function parseVariable(name: string, json: Json, where: string): VariableDeclaration {
  if (!isVariableName(name)) throw refused(where, 'is not a name of lower-case letters, digits and _');
  const given = object(json, where);
  onlyKeys(given, BUILT_IN.has(name) ? ['description'] : ['pattern', 'description', 'kind', 'example'], where);
  const declaration: VariableDeclaration = {
    ...optional(given, 'pattern', (value) => string(value, `${where}, pattern`)),
    ...optional(given, 'description', (value) => string(value, `${where}, description`)),
    ...optional(given, 'kind', (value) => oneOf(['static', 'registry', 'request'], value, `${where}, kind`)),
    ...optional(given, 'example', (value) => string(value, `${where}, example`)),
  };
  const refusal = declaration.example === undefined ? undefined : refusalOf(declaration.example, readPattern(name, declaration, where));
  if (refusal !== undefined) throw refused(`${where}, example`, refusal);
  readPattern(name, declaration, where);
  return declaration;
}

function readPattern(name: string, { pattern }: VariableDeclaration, where: string): RegExp {
  try {
    return patternOf(name, pattern);
  } catch (cause) {
    throw new TemplateSyntaxError([`${where}, pattern is not a regular expression`], { cause });
  }
}

function parseTenant(json: Json, where: string): TenantIdOptions {
  const { description, ...options } = object(json, where);
  if (description !== undefined) string(description, `${where}, description`);
  try {
    DEFAULT_TENANT_ID.narrow(options);
    return options;
  } catch (cause) {
    if (!(cause instanceof ConfigurationError)) throw cause;
    throw new TemplateSyntaxError(
      cause.faults.map((fault) => `${where}: ${fault}`),
      { cause },
    );
  }
}

function parseCases(json: Json, where: string): { readonly allow: readonly TemplateCase[]; readonly deny: readonly TemplateCase[] } {
  const given = object(json, where);
  onlyKeys(given, ['allow', 'deny'], where);
  const read = (kind: 'allow' | 'deny'): readonly TemplateCase[] =>
    array(given[kind], `${where}.${kind}`).map((item, i) => parseCase(item, `${where}.${kind}[${i}]`));
  return { allow: read('allow'), deny: read('deny') };
}

function parseCase(json: Json, where: string): TemplateCase {
  const given = object(json, where);
  onlyKeys(given, ['tenant', 'action', 'resource', 'context'], where);
  const contextValue = (value: Json, key: string): string | readonly string[] =>
    isArray(value) ? strings(value, `${where}, ${key}`) : text(value, `${where}, ${key}`);
  return {
    tenant: string(given.tenant, `${where}, tenant`),
    action: string(given.action, `${where}, action`),
    resource: string(given.resource, `${where}, resource`),
    ...optional(given, 'context', (value) =>
      Object.fromEntries(Object.entries(object(value, `${where}, context`)).map(([key, item]) => [key, contextValue(item, key)])),
    ),
  };
}

/** `{ [key]: read(value) }` where the key is there. */
function optional<K extends string, T>(json: JsonObject, key: K, read: (value: Json) => T): { readonly [P in K]?: T } {
  const value = json[key];
  return value === undefined ? {} : ({ [key]: read(value) } as { readonly [P in K]?: T });
}

function onlyKeys(json: JsonObject, known: readonly string[], where: string): void {
  for (const key of Object.keys(json)) {
    if (known.includes(key)) continue;
    const near = nearest(key, known);
    throw refused(
      where,
      `has the key ${JSON.stringify(key)}, which has no meaning here${near === undefined ? '' : `: did you mean ${JSON.stringify(near)}?`}`,
    );
  }
}

function object(json: Json | undefined, where: string): JsonObject {
  if (!isObject(json)) throw refused(where, 'is not an object');
  return json;
}

function array(json: Json | undefined, where: string): readonly Json[] {
  if (!isArray(json)) throw refused(where, 'is not a list');
  return json;
}

function strings(json: Json | undefined, where: string): readonly string[] {
  return array(json, where).map((item, i) => text(item, `${where}[${i}]`));
}

function text(json: Json | undefined, where: string): string {
  if (typeof json !== 'string') throw refused(where, 'is not a string');
  return json;
}

function string(json: Json | undefined, where: string): string {
  if (text(json, where) === '') throw refused(where, 'is empty');
  return text(json, where);
}

function oneOf<const T extends string>(known: readonly T[], json: Json, where: string): T {
  const found = known.find((item) => item === json);
  if (found === undefined) throw refused(where, `is not one of ${known.join(', ')}`);
  return found;
}

function refused(where: string, what: string): TemplateSyntaxError {
  return new TemplateSyntaxError([`${where} ${what}`]);
}
