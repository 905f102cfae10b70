import type { LocalAws } from './local-aws.ts';
import type { LocalAwsOptions } from './options.ts';
import { strictInteger } from './strict-integer.ts';
import { isObject } from '@tenant-aws/policy/json';
import { parseStrictJson } from './strict-json.ts';

/** The options whose members are functions, which JSON does not have. */
const CALLBACK_OPTIONS: readonly string[] = ['functions', 'stateMachines'] satisfies readonly (keyof LocalAwsOptions)[];

/**
 * Reads the content of the `--config` file. `--port` overrides the file's `port`.
 *
 * @throws TypeError or JsonError if the file is not a JSON object, has an option with callbacks, or the port is invalid
 */
export function readConfig(file: Uint8Array, port: string | undefined): LocalAwsOptions {
  const config = parseStrictJson(file, 'the file of `--config`');
  if (!isObject(config)) throw new TypeError('the file of `--config` must contain a JSON object');
  const callbacks = CALLBACK_OPTIONS.find((name) => Object.hasOwn(config, name));
  if (callbacks !== undefined) {
    throw new TypeError(
      `\`${callbacks}\` cannot be in the file of \`--config\`, because JSON has no functions: call startLocalAws in a program`,
    );
  }
  // startLocalAws checks every member.
  const options: unknown = { ...config, ...(port !== undefined && { port: readPort(port) }) };
  return options as LocalAwsOptions;
}

/** Lines for a POSIX shell to evaluate. The issuer is in a comment, since no AWS client reads it. */
export function shellLines({ env, unset, url, issuer }: Pick<LocalAws, 'env' | 'unset' | 'url' | 'issuer'>): string {
  const lines = [
    ...Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}`),
    `unset ${unset.join(' ')}`,
    `# ready at ${url}, issuer ${issuer.url}`,
  ];
  return `${lines.join('\n')}\n`;
}

function readPort(text: string): number {
  const port = strictInteger(text, { min: 0, max: 65_535 });
  if (port === undefined) throw new TypeError('`--port` must be an integer from 0 to 65535');
  return port;
}

function quote(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
