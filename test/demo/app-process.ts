import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The app did not start: `message` is what it printed. */
export class AppStartError extends Error {}

/** What AWS said to the app, as the app logged it. */
export interface AwsWords {
  readonly code: string;
  readonly message: string;
}

/** examples/express in a process of its own, configured by its environment alone. */
export class App {
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #log: Log;

  private constructor(url: string, process: ChildProcess, log: Log) {
    this.url = url;
    this.#process = process;
    this.#log = log;
  }

  /** @throws {AppStartError} it ended before it listened */
  static async start(env: NodeJS.ProcessEnv): Promise<App> {
    const server = fileURLToPath(new URL('../../examples/express/server.ts', import.meta.url));
    const child = spawn(process.execPath, [...process.execArgv, server], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    process.once('exit', () => child.kill()); // whatever ends the demo ends the app
    const log = new Log(child);
    const url = await Promise.race([
      log.url,
      once(child, 'close').then((): never => {
        throw new AppStartError(log.text.trim());
      }),
    ]);
    return new App(url, child, log);
  }

  /** What AWS answered to the request of this id. */
  awsWords(requestId: string): Promise<AwsWords> {
    return this.#log.awsWords(requestId);
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const closed = once(this.#process, 'close');
    this.#process.kill('SIGTERM');
    await closed;
  }
}

/** The app's output, read line by line: where it listens, and what AWS said to it. */
class Log {
  text = '';
  readonly url: Promise<string>;
  readonly #words = new Map<string, AwsWords>();
  readonly #heard = new EventEmitter();

  constructor({ stdout, stderr }: ChildProcess) {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.url = promise;
    if (!stdout || !stderr) throw new Error('the app has no output');
    createInterface(stdout).on('line', (line) => {
      const [, port] = /^listening on .*:(\d+)$/.exec(line) ?? [];
      if (port) resolve(`http://127.0.0.1:${port}`);
    });
    createInterface(stderr).on('line', (line) => this.#read(line));
  }

  #read(line: string): void {
    this.text += `${line}\n`;
    if (!line.startsWith('{"aws":')) return;
    const { aws, message, requestId } = JSON.parse(line);
    this.#words.set(requestId, { code: aws, message });
    this.#heard.emit(requestId);
  }

  async awsWords(requestId: string): Promise<AwsWords> {
    if (!this.#words.has(requestId)) await once(this.#heard, requestId, { signal: AbortSignal.timeout(5_000) });
    return this.#words.get(requestId)!;
  }
}
