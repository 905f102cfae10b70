import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Ended } from '../support/child.ts';
import { nodeFlags } from '../support/node-flags.ts';

const preload = new URL('./listening.ts', import.meta.url).href;

/** Node runs TypeScript as it stands; decorators need a loader, and the `tsconfig.json` that turns them on. */
export type Syntax = 'decorators' | undefined;

/** A loader is found from the working directory: here it is. */
const nestProject = fileURLToPath(new URL('../../examples/nestjs', import.meta.url));

/** Runs a program to its end. */
export async function run(file: string, env: NodeJS.ProcessEnv, syntax?: Syntax): Promise<Ended> {
  const { child, output } = start(file, env, syntax);
  await once(child, 'close');
  return { code: child.exitCode, ...(await output) };
}

export interface Served {
  /** Where it listens. */
  readonly url: string;
  /** Waits for a line that it prints, and answers the first group. */
  said(pattern: RegExp): Promise<string>;
  /** What it had to say, once it has ended. */
  close(): Promise<Omit<Ended, 'code'>>;
}

/** Starts a program that listens. */
export async function serve(file: string, env: NodeJS.ProcessEnv, syntax?: Syntax): Promise<Served> {
  const { child, output } = start(file, { ...env, PORT: '0' }, syntax);
  const lines = createInterface(child.stdout!);
  const said: string[] = [];
  lines.on('line', (line) => said.push(line));
  const closed = once(child, 'close');
  const listening = once(child, 'message').then(([message]: { port?: number }[]) => message?.port);
  const port = await Promise.race([listening, closed.then(async () => Promise.reject(new Error((await output).stderr)))]);
  return {
    url: `http://127.0.0.1:${port}`,
    async said(pattern) {
      for (;;) {
        const [, found] = said.map((line) => pattern.exec(line)).find((match) => match !== null) ?? [];
        if (found !== undefined) return found;
        await once(lines, 'line', { signal: AbortSignal.timeout(5_000) });
      }
    },
    async close() {
      child.kill('SIGKILL');
      await closed;
      return output;
    },
  };
}

function start(
  file: string,
  env: NodeJS.ProcessEnv,
  syntax?: Syntax,
): { child: ReturnType<typeof fork>; output: Promise<Omit<Ended, 'code'>> } {
  const decorated = syntax === 'decorators';
  const child = fork(file, {
    env: decorated ? { ...env, TS_NODE_PROJECT: join(dirname(file), 'tsconfig.json') } : env,
    execArgv: [...nodeFlags, ...(decorated ? ['--import', '@oxc-node/core/register'] : []), '--import', preload],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    ...(decorated ? { cwd: nestProject } : {}),
  });
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('the program has no output');
  return { child, output: Promise.all([text(stdout), text(stderr)]).then(([out, err]) => ({ stdout: out, stderr: err })) };
}
