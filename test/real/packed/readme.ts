import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import type { LocalAws } from '@tenant-aws/local';
import { type Block, blocksOf, fileNameOf } from '../../readme/blocks.ts';
import { conversation } from '../../readme/conversation.ts';
import { run, type Runtime, serve, type Syntax } from '../../readme/program.ts';
import { tenantAwsVariables } from '../../support/notes-aws.ts';
import type { Project } from './project.ts';

/** Follows a README in the project of a user: its blocks, in order. Returns a sentence for each step that failed. */
export async function follow(markdown: string, project: Project, aws: LocalAws): Promise<readonly string[]> {
  const blocks = blocksOf(markdown);
  const faults: string[] = [];
  for (const { line, text } of blocks.filter(({ language, words }) => language === 'sh' && !words.includes('environment')))
    for (const command of commandsOf(text))
      await project.type(command).catch((error: Error) => faults.push(`line ${line}: ${error.message}`));

  const programs = blocks.filter(({ language }) => ['ts', 'js', 'cjs', 'mjs'].includes(language));
  for (const program of programs) {
    const file = project.write(fileNameOf(program), program.text);
    for (const name of importsOf(program.text))
      if (!resolves(name, file)) faults.push(`line ${program.line}: no command of this README installs \`${name}\``);
  }
  for (const program of programs) {
    const fault = await tried(program, blocks, project, aws);
    if (fault !== undefined) faults.push(`line ${program.line}: ${fault}`);
  }
  return faults;
}

/** The commands that set up a project. Other commands need this repository, or run until they are stopped. */
function commandsOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, ''))
    .filter((line) => /^npm (install|i|init|pkg) /.test(`${line} `) && !line.includes('examples/'));
}

function importsOf(text: string): readonly string[] {
  const names = [...text.matchAll(/(?:\bfrom|\bimport|\bimport\(|\brequire\() ?'([^'.][^']*)'/g)].map(([, name = '']) => name);
  return [...new Set(names)].filter((name) => !name.startsWith('node:') && !builtinModules.includes(name));
}

function resolves(name: string, file: string): boolean {
  const packageName = /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name;
  return (
    createRequire(file)
      .resolve.paths(packageName)
      ?.some((folder) => exists(join(folder, packageName, 'package.json'))) ?? false
  );
}

function exists(file: string): boolean {
  try {
    return readFileSync(file).length > 0;
  } catch {
    return false;
  }
}

async function tried(program: Block, blocks: readonly Block[], project: Project, aws: LocalAws): Promise<string | undefined> {
  const following = blocks.slice(blocks.indexOf(program) + 1);
  try {
    if (program.words.includes('run')) return await ran(program, following[0], project, aws);
    if (program.words.includes('serve')) return await served(program, following, project, aws);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

async function ran(program: Block, expected: Block | undefined, project: Project, aws: LocalAws): Promise<string | undefined> {
  const { code, stdout, stderr } = await run(
    join(project.folder, fileNameOf(program)),
    environment(project, aws),
    syntaxOf(program),
    runtime(project),
  );
  if (code !== 0 || (stderr !== '' && !program.words.includes('stderr'))) return `ended with exit code ${code}: ${stderr}`;
  if (expected?.language === 'text' && stdout.trimEnd() !== expected.text) return `printed ${stdout}`;
  return undefined;
}

async function served(program: Block, following: readonly Block[], project: Project, aws: LocalAws): Promise<string | undefined> {
  const server = await serve(join(project.folder, fileNameOf(program)), environment(project, aws), syntaxOf(program), runtime(project));
  try {
    const ACME = program.text.includes('ACME=') ? await server.printed(/^ACME=(.+)$/) : await aws.issuer.token({ tenant: 'acme' });
    const next = following.findIndex(({ words }) => words.includes('serve'));
    const exchanges = following
      .slice(0, next === -1 ? undefined : next)
      .filter(({ language }) => language === 'console')
      .flatMap(({ text }) => conversation(text, { ACME }));
    for (const { command, path, method, headers, body, expected } of exchanges) {
      const response = await fetch(server.url + path, { method, headers, ...(body === undefined ? {} : { body }) });
      const text = (await response.text()).trimEnd();
      const wrong = Object.entries(expected.headers).filter(([name, value]) => response.headers.get(name) !== value);
      if (text !== expected.body || (expected.status ?? response.status) !== response.status || wrong.length > 0)
        return `\`${command}\` was answered with ${response.status} ${text} ${wrong.map(([name]) => `${name}: ${response.headers.get(name)}`).join()}`;
    }
    return exchanges.length === 0 ? 'no request follows' : undefined;
  } finally {
    await server.close();
  }
}

function environment({ env }: Project, aws: LocalAws): NodeJS.ProcessEnv {
  return { ...env, ...aws.env, ...tenantAwsVariables(aws) };
}

function runtime({ node, folder }: Project): Runtime {
  // Node.js 22.12 needs a flag to run TypeScript, which later versions also accept.
  return { execPath: node, flags: ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'], cwd: folder };
}

const syntaxOf = ({ words }: Block): Syntax => (words.includes('decorators') ? 'decorators' : 'built');
