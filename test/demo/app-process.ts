import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The app did not start. `message` is what it printed. */
export class AppStartError extends Error {}

/** A denial that AWS returned to the app, as the app logged it. */
export interface AwsError {
  readonly code: string;
  readonly message: string;
}

/** examples/express in its own process, configured by its environment alone. */
export class App {
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #log: Log;

  private constructor(url: string, process: ChildProcess, log: Log) {
    this.url = url;
    this.#process = process;
    this.#log = log;
  }

  /** @throws {AppStartError} the app exited before it listened */
  static async start(env: NodeJS.ProcessEnv): Promise<App> {
    const server = fileURLToPath(new URL('../../examples/express/server.ts', import.meta.url));
    const child = spawn(process.execPath, [...process.execArgv, server], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    process.once('exit', () => child.kill()); // the app never outlives the demo
    const log = new Log(child);
    const url = await Promise.race([
      log.url,
      once(child, 'close').then((): never => {
        throw new AppStartError(log.text.trim());
      }),
    ]);
    return new App(url, child, log);
  }

  /** The next denial of AWS that the app logs. The app logs one for each response with `aws_access_denied`. */
  awsError(): Promise<AwsError> {
    return this.#log.awsError();
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const closed = once(this.#process, 'close');
    this.#process.kill('SIGTERM');
    await closed;
  }
}

/** Reads the app's output line by line: the port it listens on, and the AWS errors that it logs. */
class Log {
  text = '';
  readonly url: Promise<string>;
  readonly #awsErrors: AwsError[] = [];
  readonly #logged = new EventEmitter();

  constructor({ stdout, stderr }: ChildProcess) {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.url = promise;
    if (!stdout || !stderr) throw new Error('the app was started without pipes for stdout and stderr');
    createInterface(stdout).on('line', (line) => {
      const [, port] = /^listening on .*:(\d+)$/.exec(line) ?? [];
      if (port) resolve(`http://127.0.0.1:${port}`);
    });
    createInterface(stderr).on('line', (line) => this.#read(line));
  }

  #read(line: string): void {
    this.text += `${line}\n`;
    const [, code, message] = /^(AccessDenied\w*): (.*)$/.exec(line) ?? [];
    if (code === undefined || message === undefined) return;
    this.#awsErrors.push({ code, message });
    this.#logged.emit('denial');
  }

  async awsError(): Promise<AwsError> {
    if (this.#awsErrors.length === 0) await once(this.#logged, 'denial', { signal: AbortSignal.timeout(5_000) });
    return this.#awsErrors.shift()!;
  }
}
