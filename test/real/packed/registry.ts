import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Ended, endOf } from '../../support/child.ts';
import { listen } from '../../support/loopback.ts';

export const root = fileURLToPath(new URL('../../..', import.meta.url));
/** The scripts of this repository run under pnpm, which puts itself into PATH. */
export const pnpm = ['pnpm'] as const;

const folders = ['templates', ...['policy', 'core', 'express', 'koa', 'nestjs', 'prover', 'local'].map((name) => `packages/${name}`)];

/** A registry on loopback that has only the packages of this repository, packed as they are published. */
export interface Registry {
  readonly url: string;
  close(): Promise<void>;
}

interface Packed {
  readonly file: string;
  readonly data: Buffer;
  readonly manifest: { readonly name: string; readonly version: string };
}

/** Builds and packs all packages, and serves them to npm and pnpm. */
export async function startRegistry(): Promise<Registry> {
  await succeed([...pnpm, 'exec', 'node', '.ci/build-packages.ts'], root);
  const target = mkdtempSync(join(tmpdir(), 'tenant-aws-packed-'));
  const filters = folders.map((folder) => `--filter=./${folder}`);
  await succeed([...pnpm, '--recursive', ...filters, 'pack', '--pack-destination', target], root);
  const packed = await Promise.all(readdirSync(target).map((file) => read(target, file)));
  rmSync(target, { recursive: true });
  return serve(packed);
}

async function read(folder: string, file: string): Promise<Packed> {
  const { stdout } = await succeed(['tar', '-xzOf', join(folder, file), 'package/package.json'], folder);
  return { file, data: readFileSync(join(folder, file)), manifest: JSON.parse(stdout) };
}

async function serve(packed: readonly Packed[]): Promise<Registry> {
  const { url, close } = await listen((request, response) => {
    const path = decodeURIComponent(request.url ?? '').slice(1);
    const tarball = packed.find(({ file }) => path === `tarballs/${file}`);
    if (tarball) return response.end(tarball.data);
    const found = packed.find(({ manifest }) => path === manifest.name);
    if (!found) return response.writeHead(404).end('{}');
    const { name, version } = found.manifest;
    const integrity = `sha512-${createHash('sha512').update(found.data).digest('base64')}`;
    const released = new Date(0).toISOString();
    return response.setHeader('content-type', 'application/json').end(
      JSON.stringify({
        name,
        'dist-tags': { latest: version },
        modified: released,
        time: { created: released, modified: released, [version]: released },
        versions: { [version]: { ...found.manifest, dist: { tarball: `${url}/tarballs/${found.file}`, integrity } } },
      }),
    );
  });
  return { url, close };
}

/** What a command printed. */
export type Output = Pick<Ended, 'stdout' | 'stderr'>;

/** Runs a command until it has ended, and returns what it printed. Throws its whole output if it fails. */
export async function succeed(
  [command = '', ...args]: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Output> {
  const { code, stdout, stderr } = await endOf(spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] }));
  if (code !== 0) throw new Error(`\`${[command, ...args].join(' ')}\` ended with exit code ${code}:\n${stdout}${stderr}`);
  return { stdout, stderr };
}
