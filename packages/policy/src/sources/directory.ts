import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
// Not by name: the banner of a bundle often imports `fileURLToPath` by its own name.
import nodeUrl from 'node:url';
import { ConfigurationError, TemplateSyntaxError } from '../errors.ts';
import type { TemplateFile, TemplateSource } from './source.ts';

/** Files of other tools that may be in the folder. */
const TOOL_FILES: ReadonlySet<string> = new Set(['package.json', 'package-lock.json', 'tsconfig.json']);

/**
 * A folder of templates: each `<name>.json` is one. Subfolders, hidden files and the files of npm and TypeScript are ignored.
 * It is read when the library is created: a change takes effect at the next start.
 */
export function directory(path: string | URL): TemplateSource {
  const folder = resolve(path instanceof URL ? nodeUrl.fileURLToPath(path) : path); // faults name the absolute path
  return { read: () => namesIn(folder).map((name) => readTemplate(folder, name)) };
}

function readTemplate(folder: string, name: string): TemplateFile {
  const origin = join(folder, `${name}.json`);
  const bytes = attempt(origin, () => readFileSync(origin));
  try {
    return { name, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), origin };
  } catch {
    throw new TemplateSyntaxError([`template \`${name}\` (${origin}) is not UTF-8`]);
  }
}

function namesIn(folder: string): readonly string[] {
  const files = attempt(folder, () => readdirSync(folder)).filter(
    (file) => file.endsWith('.json') && !file.startsWith('.') && !TOOL_FILES.has(file),
  );
  const names = files
    .filter((file) => attempt(join(folder, file), () => statSync(join(folder, file)).isFile()))
    .map((file) => file.slice(0, -'.json'.length));
  if (names.length === 0) throw new ConfigurationError([`the template folder \`${folder}\` has no .json file`]);
  return names.toSorted();
}

function attempt<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new ConfigurationError([`the template folder or file \`${path}\` cannot be read (${why})`], { cause });
  }
}
