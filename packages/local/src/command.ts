import type { LocalAws } from './local-aws.ts';
import type { LocalAwsOptions } from './options.ts';
import { isObject } from '@tenant-aws/policy/json';
import { parseStrictJson } from './strict-json.ts';

/** The options whose members are functions, which JSON does not have. */
const CALLBACK_OPTIONS: readonly string[] = ['functions', 'stateMachines'] satisfies readonly (keyof LocalAwsOptions)[];

/**
 * Reads the content of the `--config` file. `--port` overrides the file's `port`.
 *
 * @throws TypeError or JsonError if the file is not a JSON object, or has an option with callbacks
 */
export function readConfig(file: Uint8Array, port?: number): LocalAwsOptions {
  const config = parseStrictJson(file, 'the file of `--config`');
  if (!isObject(config)) throw new TypeError('the file of `--config` must contain a JSON object');
  const callbacks = CALLBACK_OPTIONS.find((name) => Object.hasOwn(config, name));
  if (callbacks !== undefined) {
    throw new TypeError(
      `\`${callbacks}\` cannot be in the file of \`--config\`, because JSON has no functions: call startLocalAws in a program`,
    );
  }
  // startLocalAws checks every member.
  const options: unknown = { ...config, ...(port !== undefined && { port }) };
  return options as LocalAwsOptions;
}

/** Lines for a POSIX shell to evaluate. The issuer is in a comment, since no AWS client reads it. */
export function shellLines(
  { env, unset, url, issuer }: Pick<LocalAws, 'env' | 'unset' | 'url' | 'issuer'>,
  ...comments: readonly string[]
): string {
  const lines = [
    ...Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}`),
    `unset ${unset.join(' ')}`,
    '# enforcing IAM',
    ...comments.map((comment) => `# ${comment}`),
    `# ready at ${url}, issuer ${issuer.url}`,
  ];
  return `${lines.join('\n')}\n`;
}

function quote(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
