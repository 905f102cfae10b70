/**
 * Writes what follows from the manifests: `shipped.ts` (names and types) and the table of `README.md`.
 *
 *   node --conditions=source templates/generate.ts            writes
 *   node --conditions=source templates/generate.ts --check    exits 1 where a file is not what would be written
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

const here = new URL('./', import.meta.url);
const NOT_TEMPLATES = new Set(['package.json', 'tsconfig.json']);
const BUILT_IN = new Set(['tenant', 'partition', 'region', 'account']);
/** Steps that every generator has: no template's method may hide one. */
const STEPS = new Set(['permit', 'in', 'tenant', 'declared', 'generate', 'generatePolicy', 'constructor']);

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly variables: Readonly<Record<string, { readonly description?: string; readonly example?: string }>>;
  readonly caveats?: readonly string[];
}

/** What the generator needs to hold; all else is checked where the templates are loaded, by `@tenant-aws/policy`. */
function readManifest(file: string): Manifest {
  const manifest = JSON.parse(readFileSync(new URL(file, here), 'utf8')) as Partial<Manifest> & { readonly cases?: unknown };
  const { name, version, description, variables, cases } = manifest;
  if (name !== basename(file, '.json')) throw new Error(`${file}: \`name\` must be ${basename(file, '.json')}`);
  if (!version || !description || !variables || !cases)
    throw new Error(`${file}: a shipped template has a version, a description, variables and cases`);
  if (STEPS.has(methodOf(name))) throw new Error(`${file}: ${methodOf(name)} is a step of every generator`);
  for (const [variable, { description: said, example }] of Object.entries(variables)) {
    if (!said) throw new Error(`${file}: variable ${variable} has no description`);
    if (!BUILT_IN.has(variable) && !example) throw new Error(`${file}: variable ${variable} has no example`);
  }
  return { ...manifest, name, version, description, variables };
}

function methodOf(name: string): string {
  return name.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function variablesOf({ variables }: Manifest): readonly string[] {
  return Object.keys(variables).filter((name) => !BUILT_IN.has(name));
}

function shippedTs(manifests: readonly Manifest[]): string {
  const types = manifests.flatMap((manifest) => [
    `  /** ${manifest.description} */`,
    `  readonly '${manifest.name}': {`,
    ...variablesOf(manifest).flatMap((name) => [`    /** ${manifest.variables[name]?.description} */`, `    readonly ${name}: string;`]),
    '  };',
  ]);
  return `${[
    '// Written by generate.ts from the manifests: change those, then run it.',
    '',
    ...manifests.map(({ name }) => `import ${methodOf(name)} from './${name}.json' with { type: 'json' };`),
    '',
    '/** The shipped templates, each with the variables that it needs beside the built-in ones. */',
    'export interface ShippedTemplates {',
    ...types,
    '}',
    '',
    '/** The name of a shipped template. */',
    'export type ShippedTemplateName = keyof ShippedTemplates;',
    '',
    '/** Every shipped template: `<name>.json` in the templates folder. */',
    '// biome-ignore format: one name a line',
    'export const shippedTemplateNames: readonly ShippedTemplateName[] = [',
    ...manifests.map(({ name }) => `  '${name}',`),
    '];',
    '',
    '/** What the file of each shipped template holds: imported, so that a bundler takes it along. */',
    'export const shippedTemplates: Readonly<Record<ShippedTemplateName, object>> = {',
    ...manifests.map(({ name }) => `  '${name}': ${methodOf(name)},`),
    '};',
  ].join('\n')}\n`;
}

function readme(manifests: readonly Manifest[]): string {
  const rows = manifests.map((manifest) => {
    const variables = variablesOf(manifest).map((name) => `\`${name}\``);
    return [
      `[\`${manifest.name}\`](${manifest.name}.json)`,
      manifest.version,
      manifest.description,
      variables.join(', '),
      `\`.${methodOf(manifest.name)}()\``,
    ];
  });
  const caveats = manifests.flatMap(({ name, caveats = [] }) => [`**${name}**`, '', ...caveats.map((caveat) => `- ${caveat}`), '']);
  return `${[
    '<!-- Written by generate.ts from the manifests: change those, or the text in it, then run it. -->',
    '# @tenant-aws/templates',
    '',
    'The permission templates that come with Tenant AWS: what one tenant may do, as IAM statements with the tenant left open.',
    'They are data. `@tenant-aws/policy` reads them with `shipped()`, and they are released apart from the code. A bundler takes them along.',
    '',
    ...table(['template', 'version', 'what its tenant may do', 'variables', 'method of `PolicyGenerator`'], rows),
    '',
    '## What to know',
    '',
    ...caveats,
    '## The file',
    '',
    '`<name>.json` holds the manifest and the statements together: `name`, `version`, `description`, `variables` (each with a `description`, and an `example` that the cases are written with), `Statement`, `caveats`, and `cases`: requests of the tenant `acme` that must be allowed, and others that must be denied, with the variables at their `example`, the partition `aws`, the region `us-east-1` and the account `123456789012`.',
    '',
    'After a change: `node --conditions=source templates/generate.ts`, which writes `shipped.ts` and this page.',
  ].join('\n')}\n`;
}

/** Padded, as the formatter wants it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], filler = ' '): string =>
    `| ${widths.map((width, i) => (cells[i] ?? '').padEnd(width, filler)).join(' | ')} |`;
  return [line(head), line([], '-'), ...rows.map((row) => line(row))];
}

const manifests = readdirSync(here)
  .filter((file) => file.endsWith('.json') && !NOT_TEMPLATES.has(file))
  .toSorted()
  .map(readManifest);

const written = { 'shipped.ts': shippedTs(manifests), 'README.md': readme(manifests) };

for (const [file, text] of Object.entries(written)) {
  if (!process.argv.includes('--check')) writeFileSync(new URL(file, here), text);
  else if (readOrNothing(file) !== text) {
    console.error(`templates/${file} is not what the manifests say: run node --conditions=source templates/generate.ts`);
    process.exitCode = 1;
  }
}

function readOrNothing(file: string): string | undefined {
  try {
    return readFileSync(new URL(file, here), 'utf8');
  } catch {
    return undefined;
  }
}
