import { many, type OneOrMany, type Statement } from './document.ts';
import { TemplateSyntaxError } from './errors.ts';
import { nearest } from './faults.ts';
import { JsonError } from './json/parse-json.ts';
import { parseJsonList } from './json/parse-json-list.ts';
import { isObject, type Json, type JsonObject } from './json/value.ts';
import { readText, refused, refuseOtherKeys } from './json-shape.ts';
import { parseManifest, type TemplateManifest } from './manifest.ts';
import { parseStatement } from './statement.ts';
import { parseTags } from './tags.ts';
import { BUILT_IN, type VariableDeclaration } from './variable.ts';

/** The most levels of brackets: more than any policy needs. */
const MAX_DEPTH = 32;

/** A parsed permission template: what a tenant may do, with variables for the tenant and for names of resources. Frozen. */
export interface PermissionTemplate extends TemplateManifest {
  /** The base name of its file. */
  readonly name: string;
  /** Where it was read: a path or an address, for faults. */
  readonly origin: string;
  readonly variables: Readonly<Record<string, VariableDeclaration>>;
  /** Its statements with their tags, without Sids. */
  readonly Statement: readonly Statement[];
}

/**
 * Parses any accepted form of a template: a manifest, or a bare form: one statement, a list of statements,
 * a whole policy document, or statements separated by commas.
 *
 * @throws {@link TemplateSyntaxError} any other form; `detail.faults` says where
 */
export function parseTemplate(name: string, text: string, origin: string): PermissionTemplate {
  const where = describeTemplate({ name, origin });
  const { statements, manifest } = readForm(parse(text, where), name, where);
  if (statements.length === 0) throw refused(where, 'has no statement');
  const Statement = statements.map((json, i) => parseStatement(json, `${where}, statement ${i + 1}`));
  const families = (manifest.families ?? []).flatMap((family) => parseTags(family, `${where}, families`).names);
  const used = [...new Set([...Statement.flatMap(tagNames), ...families])].filter((tag) => !BUILT_IN.has(tag));
  const variables = manifest.variables ?? Object.fromEntries(used.map((tag) => [tag, {}]));
  checkNames(used, Object.keys(variables), where);
  return freeze({ ...manifest, name, origin, variables, Statement });
}

/** What faults call a template. */
export function describeTemplate({ name, origin }: Pick<PermissionTemplate, 'name' | 'origin'>): string {
  return `template \`${name}\` (${origin})`;
}

/** The strings of a statement that may have tags. */
export function taggedStrings({ Resource, NotResource, Condition }: Statement): readonly string[] {
  return [...many(Resource), ...many(NotResource), ...conditionValues(Condition)];
}

/** The values of a condition. */
export function conditionValues(condition: Statement['Condition'] = {}): readonly string[] {
  return Object.values(condition).flatMap((keys) => Object.values(keys).flatMap((values: OneOrMany<string>) => many(values)));
}

/** The variables that the tags of a statement name, with repetitions. */
export function tagNames(statement: Statement): readonly string[] {
  return taggedStrings(statement).flatMap((text) => parseTags(text, 'a statement').names);
}

function parse(text: string, where: string): readonly Json[] {
  try {
    return parseJsonList(text, MAX_DEPTH);
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
    throw refused(where, cause.message);
  }
}

interface Form {
  readonly statements: readonly Json[];
  /** If it has no `variables`, the variables are those that the tags name. */
  readonly manifest: TemplateManifest;
}

function readForm(values: readonly Json[], name: string, where: string): Form {
  const [first] = values;
  if (values.length > 1) return { statements: values, manifest: {} };
  if (Array.isArray(first)) return { statements: first, manifest: {} };
  if (!isObject(first)) throw refused(where, 'is not a manifest, a policy document or statements');
  if (first.Statement === undefined && ['Effect', 'Action', 'NotAction'].some((key) => key in first))
    return { statements: [first], manifest: {} };
  const statements = isObject(first.Statement) ? [first.Statement] : first.Statement;
  if (!Array.isArray(statements)) throw refused(where, 'has no Statement');
  const isDocument = first.Version !== undefined || first.Id !== undefined;
  return { statements, manifest: isDocument ? readDocument(first, where) : parseManifest(first, name, where) };
}

function readDocument(document: JsonObject, where: string): TemplateManifest {
  refuseOtherKeys(document, ['Version', 'Id', 'Statement'], `${where}, a policy document by its Version or Id,`);
  if (document.Id !== undefined) readText(document.Id, `${where}, Id`);
  if (document.Version !== '2012-10-17')
    throw refused(where, 'must have the Version "2012-10-17": other versions have no policy variables');
  return {};
}

/** INVARIANT: every tag is declared. An undeclared one could get a value that was meant for another template. */
function checkNames(used: readonly string[], declared: readonly string[], where: string): void {
  const faults = used
    .filter((name) => !declared.includes(name))
    .map((name) => {
      const near = nearest(name, [...declared, ...BUILT_IN]);
      return `${where} uses \`{{${name}}}\`, which its \`variables\` do not declare${near === undefined ? '' : `: did you mean \`{{${near}}}\`?`}`;
    });
  if (faults.length > 0) throw new TemplateSyntaxError(faults);
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const item of Object.values(Object.freeze(value))) freeze(item);
  return value;
}
