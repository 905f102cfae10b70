import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { isLoopbackHost, LOOPBACK, type Address } from './loopback.ts';
import { strictInteger } from './strict-integer.ts';

/** The arguments of the command, checked. */
export type Arguments =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | {
      readonly kind: 'start';
      readonly config?: string;
      readonly port?: number;
      readonly tokenFile?: string;
      readonly address: Address;
    };

export const USAGE = `usage: tenant-aws-local [options]

  --config FILE       the options of startLocalAws as JSON: roles, buckets, tables, region, port, issuerPort, …
  --port N            the port. Default: the port of the file, or a free port
  --host ADDRESS      the IP address to listen on, such as 0.0.0.0 in a container. Default: 127.0.0.1
  --public-host NAME  the host by which clients reach this process, for its URLs. Default: the address
  --token-file FILE   the token of the control API. If there is no file, it is written with a new token
  --help, --version

  Prints shell lines that direct AWS clients to this process, and runs until SIGTERM or SIGINT.
`;

const OPTIONS = {
  config: { type: 'string' },
  port: { type: 'string' },
  host: { type: 'string' },
  'public-host': { type: 'string' },
  'token-file': { type: 'string' },
  help: { type: 'boolean' },
  version: { type: 'boolean' },
} as const;

const HOST_NAME = /^(?=.{1,253}$)[a-z\d](?:[a-z\d_-]*[a-z\d])?(?:\.[a-z\d](?:[a-z\d_-]*[a-z\d])?)*$/i;

/**
 * Reads the arguments of the command.
 *
 * @throws TypeError for an unknown or repeated option, a missing value, or an invalid value
 */
export function readArguments(args: readonly string[]): Arguments {
  const { tokens } = parseArgs({ args: [...args], options: OPTIONS, strict: false, allowPositionals: true, tokens: true });
  const values = new Map<string, string | undefined>();
  for (const token of tokens) {
    if (token.kind !== 'option') throw new TypeError('the command has options only, such as `--port 4600`');
    if (!Object.hasOwn(OPTIONS, token.name)) throw new TypeError(`\`${token.rawName}\` is not an option of this command`);
    if (values.has(token.name)) throw new TypeError(`\`${token.rawName}\` occurs more than once`);
    const takesValue = OPTIONS[token.name as keyof typeof OPTIONS].type === 'string';
    if (takesValue && (token.value ?? '') === '') throw new TypeError(`\`${token.rawName}\` needs a value`);
    if (!takesValue && token.value !== undefined) throw new TypeError(`\`${token.rawName}\` has no value`);
    values.set(token.name, token.value);
  }
  if (values.has('help')) return { kind: 'help' };
  if (values.has('version')) return { kind: 'version' };
  const [config, port, tokenFile] = [values.get('config'), values.get('port'), values.get('token-file')];
  return {
    kind: 'start',
    ...(config !== undefined && { config }),
    ...(port !== undefined && { port: readPort(port) }),
    ...(tokenFile !== undefined && { tokenFile }),
    address: readAddress(values.get('host') ?? LOOPBACK.host, values.get('public-host')),
  };
}

/** Whether other machines can reach a server at this address. */
export function isReachable({ host }: Address): boolean {
  return !isLoopbackHost(host);
}

function readPort(text: string): number {
  const port = strictInteger(text, { min: 0, max: 65_535 });
  if (port === undefined) throw new TypeError('`--port` must be an integer from 0 to 65535');
  return port;
}

function readAddress(host: string, publicHost: string | undefined): Address {
  if (isIP(host) === 0) throw new TypeError('`--host` must be an IP address, such as 0.0.0.0');
  return { host, publicHost: publicHost === undefined ? ownUrlHost(host) : readPublicHost(publicHost) };
}

/** A server on all addresses is at the loopback address for the clients of this machine. */
function ownUrlHost(host: string): string {
  if (isIP(host) === 4) return host === '0.0.0.0' ? LOOPBACK.publicHost : host;
  return `[${/^[0:]+$/.test(host) ? '::1' : host}]`;
}

function readPublicHost(host: string): string {
  if (isIP(host) === 6) return `[${host}]`;
  if (HOST_NAME.test(host)) return host.toLowerCase();
  throw new TypeError('`--public-host` must be a host name or an IP address, without a port');
}
