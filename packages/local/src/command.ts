import type { LocalAws } from './local-aws.ts';
import type { LocalAwsOptions } from './options.ts';
import { strictInteger } from './strict-integer.ts';
import { isJsonObject, parseStrictJson } from './strict-json.ts';

/**
 * Reads the file of `--config`; `--port` is stronger than the file's.
 *
 * @throws Error what is wrong with either. What the options hold is judged by startLocalAws
 */
export function readConfig(file: Uint8Array, port: string | undefined): LocalAwsOptions {
  const config = parseStrictJson(file, 'the configuration');
  if (!isJsonObject(config)) throw new TypeError('the configuration is not a JSON object');
  // startLocalAws checks every member, and says of each that is wrong what it should be.
  const options: unknown = { ...config, ...(port !== undefined && { port: readPort(port) }) };
  return options as LocalAwsOptions;
}

/** Lines that a POSIX shell can evaluate. Only a comment tells the issuer: no AWS client reads it. */
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
  if (port === undefined) throw new TypeError('--port is not a port');
  return port;
}

function quote(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
