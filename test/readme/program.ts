import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Ended } from '../support/child.ts';
import { nodeFlags } from '../support/node-flags.ts';

const preload = new URL('./listening.ts', import.meta.url).href;

/**
 * How Node runs a program. By default it strips the types, and the packages are their TypeScript sources.
 * `decorators`: a loader compiles the program with the `tsconfig.json` beside it. `built`: the program and the packages are JavaScript.
 */
export type Syntax = 'decorators' | 'built' | undefined;

/** Where a program runs. By default the Node.js of the tests runs it with the sources of the packages. */
export interface Runtime {
  readonly execPath: string;
  readonly flags: readonly string[];
  /** The loader for decorators is resolved from this folder. */
  readonly cwd: string;
}

/** This project depends on the loader. */
const nestProject = fileURLToPath(new URL('../../examples/nestjs', import.meta.url));

/** Runs a program until it exits. */
export async function run(file: string, env: NodeJS.ProcessEnv, syntax?: Syntax, runtime?: Runtime): Promise<Ended> {
  const { child, output } = start(file, env, syntax, runtime);
  await once(child, 'close');
  return { code: child.exitCode, ...(await output) };
}

export interface Served {
  readonly url: string;
  /** Waits for a printed line that matches, and returns the first group. */
  printed(pattern: RegExp): Promise<string>;
  /** Ends the program and returns its output. */
  close(): Promise<Omit<Ended, 'code'>>;
  /** Requests the program to end, and waits until it has. */
  stop(): Promise<Ended>;
}

/** Starts a program that listens on a port. */
export async function serve(file: string, env: NodeJS.ProcessEnv, syntax?: Syntax, runtime?: Runtime): Promise<Served> {
  const { child, output } = start(file, { ...env, PORT: '0' }, syntax, runtime);
  const lines = createInterface(child.stdout!);
  const seen: string[] = [];
  lines.on('line', (line) => seen.push(line));
  const closed = once(child, 'close');
  const listening = once(child, 'message').then(([message]: { port?: number }[]) => message?.port);
  const port = await Promise.race([listening, closed.then(async () => Promise.reject(new Error((await output).stderr)))]);
  return {
    url: `http://127.0.0.1:${port}`,
    async printed(pattern) {
      for (;;) {
        const [, found] = seen.map((line) => pattern.exec(line)).find((match) => match !== null) ?? [];
        if (found !== undefined) return found;
        await once(lines, 'line', { signal: AbortSignal.timeout(5_000) });
      }
    },
    async close() {
      child.kill('SIGKILL');
      await closed;
      return output;
    },
    async stop() {
      child.kill('SIGTERM');
      await closed;
      return { code: child.exitCode, ...(await output) };
    },
  };
}

function start(
  file: string,
  env: NodeJS.ProcessEnv,
  syntax?: Syntax,
  runtime?: Runtime,
): { child: ReturnType<typeof fork>; output: Promise<Omit<Ended, 'code'>> } {
  const decorated = syntax === 'decorators';
  const own = syntax === 'built' ? nodeFlags.filter((flag) => flag !== '--conditions=source') : nodeFlags;
  const child = fork(file, {
    env: decorated ? { ...env, TS_NODE_PROJECT: join(dirname(file), 'tsconfig.json') } : env,
    execPath: runtime?.execPath ?? process.execPath,
    execArgv: [...(runtime?.flags ?? own), ...(decorated ? ['--import', '@oxc-node/core/register'] : []), '--import', preload],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    ...(runtime ? { cwd: runtime.cwd } : decorated ? { cwd: nestProject } : {}),
  });
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('the program was started without pipes for stdout and stderr');
  return { child, output: Promise.all([text(stdout), text(stderr)]).then(([out, err]) => ({ stdout: out, stderr: err })) };
}
