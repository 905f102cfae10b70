/**
 * Builds the packages into their `dist`: TypeScript writes the types, rolldown one file for each entry point. Node.js loads one file
 * faster than a hundred, so an application starts sooner.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { rolldown } from 'rolldown';

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly default: string }>>;
  readonly publishConfig: { readonly bin?: Readonly<Record<string, string>> };
}

const root = resolve(import.meta.dirname, '..');
const folders = globSync('packages/*/package.json', { cwd: root }).map((manifest) => join(root, dirname(manifest)));

execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', ...folders], { stdio: 'inherit' });
for (const folder of folders) writeBundle(join(folder, 'dist'), await bundle(folder));

/** The files of the bundle of a package: path in `dist` and content. */
async function bundle(folder: string): Promise<ReadonlyMap<string, string>> {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const build = await rolldown({
    cwd: folder,
    input: entryPoints(manifest),
    platform: 'node',
    tsconfig: 'tsconfig.json',
    // Other packages, and the CommonJS parts of this one. The helpers of decorators are part of the bundle.
    external: /^(?!\0|@oxc-project\/runtime\/)[^./]|\.cjs$/,
  });
  const { output } = await build.generate({
    dir: 'dist',
    format: 'esm',
    chunkFileNames: '[name].js',
    comments: false, // The types have them.
    sourcemap: true,
    sourcemapExcludeSources: true, // The package has `src`.
  });
  await build.close();
  return new Map(output.map((file) => [file.fileName, file.type === 'chunk' ? file.code : file.source.toString()]));
}

/** The source of each entry point by its path in `dist` without `.js`. */
function entryPoints({ exports, publishConfig }: Manifest): Record<string, string> {
  const outputs = [...Object.values(exports).map((entry) => entry.default), ...Object.values(publishConfig.bin ?? {})];
  const names = outputs.map((output) => output.replace(/^\.\/dist\/|\.js$/g, ''));
  return Object.fromEntries(names.map((name) => [name, `./src/${name}.ts`]));
}

/** Writes only what changes, and deletes the rest: another process may read the packages at the same time. */
function writeBundle(dist: string, files: ReadonlyMap<string, string>): void {
  for (const [name, text] of files) {
    const file = join(dist, name);
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  for (const name of globSync('**/*.js{,.map}', { cwd: dist })) if (!files.has(name)) rmSync(join(dist, name));
}
