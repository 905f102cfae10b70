import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface ChildOptions {
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly execArgv?: readonly string[];
}

/**
 * A process that answers each message with one message: what is measured never shares a process with what measures it.
 * It loads the packages as users do, from `dist`: it has no `--conditions=source`.
 */
export class Child {
  readonly #process: ChildProcess;
  readonly #name: string;

  private constructor(process: ChildProcess, name: string) {
    this.#process = process;
    this.#name = name;
  }

  /** Starts a file of this folder, and resolves with its first message. */
  static async start<First>(file: string, { args = [], env = process.env, execArgv = [] }: ChildOptions = {}): Promise<[Child, First]> {
    const path = fileURLToPath(new URL(file, import.meta.url));
    const child = new Child(fork(path, [...args], { env, execArgv: [...execArgv] }), [file, ...args].join(' '));
    return [child, await child.#answer<First>()];
  }

  async ask<Answer>(message: object): Promise<Answer> {
    this.#process.send(message);
    return this.#answer();
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.disconnect(); // not a signal: the process ends itself, and writes its profile
    await exited;
  }

  #answer<Answer>(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const onMessage = (message: unknown): void => {
        this.#process.off('exit', onExit);
        resolve(message as Answer);
      };
      const onExit = (code: number | null): void => {
        this.#process.off('message', onMessage);
        reject(new Error(`The process \`${this.#name}\` ended with code ${code} before it answered: its output is above`));
      };
      this.#process.once('message', onMessage).once('exit', onExit);
    });
  }
}

/** The other end: sends the first message, then one answer to each message. */
export function answerParent(first: object, answer?: (message: never) => object | Promise<object>): void {
  const send = (message: object): void => void process.send?.(message);
  process.on('message', (message) => void Promise.resolve(answer?.(message as never) ?? {}).then(send));
  process.on('disconnect', () => process.exit());
  send(first);
}
