import { ConfigurationError, TemplateSyntaxError } from './errors.ts';
import type { Json, JsonObject } from './json/value.ts';
import { optional, readArray, readObject, readOneOf, readString, readText, readTexts, refused, refuseOtherKeys } from './json-shape.ts';
import { DEFAULT_TENANT_ID, type TenantIdOptions } from './tenant-id.ts';
import { BUILT_IN, isVariableName, patternOf, refusalOf, type VariableDeclaration } from './variable.ts';

/** A request that the policy of a tenant must allow, or must deny, where each variable has its `example` as value. */
export interface TemplateCase {
  readonly tenant: string;
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** The keys of a template in addition to its statements. A bare form has none. */
export interface TemplateManifest {
  readonly version?: string;
  readonly description?: string;
  /** The variables that need a value, without the built-in ones. */
  readonly variables?: Readonly<Record<string, VariableDeclaration>>;
  /** The tenant ids for which the names in the template are safe: they narrow the accepted set. */
  readonly tenantId?: TenantIdOptions;
  /** How the resources of a tenant are named, for the proof. */
  readonly families?: readonly string[];
  readonly services?: readonly string[];
  readonly model?: 'pool' | 'silo' | 'bridge';
  readonly caveats?: readonly string[];
  readonly cases?: { readonly allow: readonly TemplateCase[]; readonly deny: readonly TemplateCase[] };
}

const KEYS = ['name', 'version', 'description', 'variables', 'Statement', 'cases', 'families', 'services', 'model', 'caveats'];

/**
 * The manifest in a template's object.
 *
 * @param where what a fault calls the template
 * @throws {@link TemplateSyntaxError}
 */
export function parseManifest(json: JsonObject, name: string, where: string): TemplateManifest {
  refuseOtherKeys(json, KEYS, where);
  if (json.name !== undefined && json.name !== name) throw refused(where, `must have the \`name\` of its file, ${JSON.stringify(name)}`);
  return {
    ...optional(json, 'version', (value) => readString(value, `${where}, version`)),
    ...optional(json, 'description', (value) => readText(value, `${where}, description`)),
    ...(json.variables === undefined ? {} : parseVariables(readObject(json.variables, `${where}, variables`), where)),
    ...optional(json, 'families', (value) => readTexts(value, `${where}, families`)),
    ...optional(json, 'services', (value) => readTexts(value, `${where}, services`)),
    ...optional(json, 'model', (value) => readOneOf(['pool', 'silo', 'bridge'], value, `${where}, model`)),
    ...optional(json, 'caveats', (value) => readTexts(value, `${where}, caveats`)),
    ...optional(json, 'cases', (value) => parseCases(value, `${where}, cases`)),
  };
}

function parseVariables({ tenant, ...rest }: JsonObject, where: string): Pick<TemplateManifest, 'variables' | 'tenantId'> {
  const declared = Object.entries(rest).map(([name, json]) => [name, parseVariable(name, json, `${where}, variable \`${name}\``)] as const);
  return {
    variables: Object.fromEntries(declared.filter(([name]) => !BUILT_IN.has(name))),
    ...(tenant === undefined ? {} : { tenantId: parseTenant(tenant, `${where}, variable \`tenant\``) }),
  };
}

function parseVariable(name: string, json: Json, where: string): VariableDeclaration {
  if (!isVariableName(name)) throw refused(where, 'is not named by lower-case letters, digits and _');
  const given = readObject(json, where);
  refuseOtherKeys(given, BUILT_IN.has(name) ? ['description'] : ['pattern', 'description', 'kind', 'example'], where);
  const declaration: VariableDeclaration = {
    ...optional(given, 'pattern', (value) => readString(value, `${where}, pattern`)),
    ...optional(given, 'description', (value) => readText(value, `${where}, description`)),
    ...optional(given, 'kind', (value) => readOneOf(['static', 'registry', 'request'], value, `${where}, kind`)),
    ...optional(given, 'example', (value) => readText(value, `${where}, example`)),
  };
  const pattern = readPattern(name, declaration, where);
  const refusal = declaration.example === undefined ? undefined : refusalOf(declaration.example, pattern);
  if (refusal !== undefined) throw refused(`${where}, example`, refusal);
  return declaration;
}

function readPattern(name: string, { pattern }: VariableDeclaration, where: string): RegExp {
  try {
    return patternOf(name, pattern);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw refused(`${where}, pattern`, `is not a regular expression: ${cause.message}`);
  }
}

function parseTenant(json: Json, where: string): TenantIdOptions {
  const { description, ...options } = readObject(json, where);
  if (description !== undefined) readText(description, `${where}, description`);
  try {
    DEFAULT_TENANT_ID.narrow(options);
    return options;
  } catch (cause) {
    if (!(cause instanceof ConfigurationError)) throw cause;
    throw new TemplateSyntaxError(cause.faults.map((fault) => `${where}: ${fault}`));
  }
}

function parseCases(json: Json, where: string): NonNullable<TemplateManifest['cases']> {
  const given = readObject(json, where);
  refuseOtherKeys(given, ['allow', 'deny'], where);
  const read = (kind: 'allow' | 'deny'): readonly TemplateCase[] =>
    readArray(given[kind], `${where}, ${kind}`).map((item, i) => parseCase(item, `${where}, ${kind}[${i}]`));
  return { allow: read('allow'), deny: read('deny') };
}

function parseCase(json: Json, where: string): TemplateCase {
  const given = readObject(json, where);
  refuseOtherKeys(given, ['tenant', 'action', 'resource', 'context'], where);
  return {
    tenant: readString(given.tenant, `${where}, tenant`),
    action: readString(given.action, `${where}, action`),
    resource: readString(given.resource, `${where}, resource`),
    ...optional(given, 'context', (value) => parseContext(readObject(value, `${where}, context`), `${where}, context`)),
  };
}

function parseContext(json: JsonObject, where: string): NonNullable<TemplateCase['context']> {
  const read = (value: Json, key: string): string | readonly string[] =>
    Array.isArray(value) ? readTexts(value, `${where}, ${key}`) : readText(value, `${where}, ${key}`);
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, read(value, key)]));
}
