import { many, type OneOrMany, type Statement } from './document.ts';
import { TemplateSyntaxError } from './errors.ts';
import { nearest } from './faults.ts';
import { type Json, JsonError, parseJson } from './json.ts';
import { type Manifest, parseManifest } from './manifest.ts';
import { isArray, isObject, parseStatement } from './statement.ts';
import { parseTags } from './tags.ts';
import { BUILT_IN } from './variable.ts';

/** A permission template, judged: what a tenant may do, with the tenant and some names left open. Frozen. */
export interface PermissionTemplate extends Manifest {
  /** The base name of its file. */
  readonly name: string;
  /** Where it was read, for faults. */
  readonly origin: string;
  /** Its statements with their tags, without Sids. */
  readonly Statement: readonly Statement[];
}

/**
 * Reads any accepted form of a template: a manifest, or a bare form as found in the wild (one statement, a list,
 * a whole policy document, statements separated by commas).
 *
 * @throws {@link TemplateSyntaxError} anything else; `detail.faults` says where
 */
export function parseTemplate(name: string, text: string, origin: string): PermissionTemplate {
  const where = `template \`${name}\` (${origin})`;
  const { statements, manifest } = readForm(parse(text, where), name, where);
  if (statements.length === 0) throw new TemplateSyntaxError([`${where} has no statement`]);
  const Statement = statements.map((json, i) => parseStatement(json, statementOf(where, i)));
  const variables = manifest?.variables;
  const used = [...new Set(Statement.flatMap(tagNames))].filter((tag) => !BUILT_IN.has(tag));
  if (variables !== undefined) judgeNames([...used, ...familyNames(manifest ?? {}, where)], variables, where);
  return freeze({ ...manifest, variables: variables ?? new Map(used.map((tag) => [tag, {}])), name, origin, Statement });
}

/** How faults call a statement. */
export function statementOf(where: string, index: number): string {
  return `${where}, statement ${index + 1}`;
}

/** Every string of a statement that may hold tags. */
export function taggedStrings({ Resource, NotResource, Condition = {} }: Statement): readonly string[] {
  return [...many(Resource), ...many(NotResource), ...conditionValues(Condition)];
}

/** Every value of a condition. */
export function conditionValues(condition: NonNullable<Statement['Condition']>): readonly string[] {
  return Object.values(condition).flatMap((keys) => Object.values(keys).flatMap((values: OneOrMany<string>) => many(values)));
}

function parse(text: string, where: string): readonly Json[] {
  try {
    return parseJson(text);
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
    throw new TemplateSyntaxError([`${where} ${cause.message}`], { cause });
  }
}

interface Form {
  readonly statements: readonly Json[];
  /** Absent: a bare form, or a manifest that declares no variables; they are then those of the tags. */
  readonly manifest?: Manifest;
}

function readForm(values: readonly Json[], name: string, where: string): Form {
  const [first] = values;
  if (values.length > 1) return { statements: values };
  if (isArray(first)) return { statements: first };
  if (!isObject(first)) throw new TemplateSyntaxError([`${where} is neither a manifest, nor a policy document, nor statements`]);
  if (first.Effect !== undefined) return { statements: [first] };
  const statements = isObject(first.Statement) ? [first.Statement] : first.Statement;
  if (!isArray(statements)) throw new TemplateSyntaxError([`${where} has no Statement`]);
  if (first.Version === undefined && first.Id === undefined) return { statements, manifest: parseManifest(first, name, where) };
  judgeDocument(first, where);
  return { statements };
}

function judgeDocument(document: { readonly [key: string]: Json }, where: string): void {
  const { Version } = document;
  const stray = Object.keys(document).find((key) => !['Version', 'Id', 'Statement'].includes(key));
  if (stray !== undefined)
    throw new TemplateSyntaxError([
      `${where} has the key ${JSON.stringify(stray)} beside Version or Id: a policy document has none such, and a manifest has neither of those`,
    ]);
  if (Version !== undefined && Version !== '2012-10-17')
    throw new TemplateSyntaxError([`${where} must have the Version "2012-10-17": policy variables mean something else in another`]);
}

/** INVARIANT: a tag without a declaration would be filled by whatever has its name. */
function judgeNames(used: readonly string[], variables: Manifest['variables'], where: string): void {
  const known = [...variables.keys(), ...BUILT_IN];
  const faults = used
    .filter((name) => !known.includes(name))
    .map((name) => {
      const near = nearest(name, known);
      return `${where} uses \`{{${name}}}\`, which its \`variables\` do not declare${near === undefined ? '' : `: did you mean \`{{${near}}}\`?`}`;
    });
  if (faults.length > 0) throw new TemplateSyntaxError(faults);
}

function tagNames(statement: Statement): readonly string[] {
  return taggedStrings(statement).flatMap((text) => parseTags(text, 'a statement').names);
}

function familyNames({ families = [] }: Partial<Manifest>, where: string): readonly string[] {
  return families.flatMap((family) => parseTags(family, `${where}, families`).names).filter((name) => !BUILT_IN.has(name));
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const item of Object.values(Object.freeze(value))) freeze(item);
  return value;
}
