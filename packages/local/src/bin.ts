#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { type Arguments, isReachable, readArguments, USAGE } from './arguments.ts';
import { readConfig, shellLines } from './command.ts';
import { controlHandler } from './control/handler.ts';
import { isControlTarget } from './control/request.ts';
import { newToken, readTokenFile } from './control/token.ts';
import { start } from './local-aws.ts';
import { startError } from './start-error.ts';

const WARNING =
  'warning: other machines can reach this process. It serves test data over HTTP without TLS: use `--host` only in a container or a trusted network.\n';

try {
  const given = readArguments(process.argv.slice(2));
  if (given.kind === 'help') process.stdout.write(USAGE);
  else if (given.kind === 'version') process.stdout.write(`${await version()}\n`);
  else await run(given);
} catch (error) {
  process.stderr.write(`${startError(error)}\nTry \`tenant-aws-local --help\`.\n`);
  process.exitCode = 2;
}

async function run({ config, port, tokenFile, address }: Extract<Arguments, { kind: 'start' }>): Promise<void> {
  const options = config === undefined ? { ...(port !== undefined && { port }) } : readConfig(await readFile(config), port);
  const token = tokenFile === undefined ? newToken() : await readTokenFile(tokenFile);
  if (isReachable(address)) process.stderr.write(WARNING);
  const { aws } = await start(options, {
    address,
    isForFront: isControlTarget,
    front: (started) => controlHandler(started, { token, publicHost: address.publicHost }),
  });
  const stop = (): void => void aws.close();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const shownToken = tokenFile === undefined ? `token ${token}` : `token in ${JSON.stringify(tokenFile)}`;
  process.stdout.write(shellLines(aws, `control API at ${aws.url}/_local, ${shownToken}`));
}

async function version(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown';
}
