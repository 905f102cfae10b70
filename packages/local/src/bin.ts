#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readConfig, shellLines } from './command.ts';
import { startLocalAws } from './local-aws.ts';

const USAGE = `usage: tenant-aws-local --config <file.json> [--port <number>]
  The file contains the options of startLocalAws: roles, buckets, tables, region, port, issuerPort, …
  Prints shell lines that direct AWS clients to this process, and runs until SIGTERM or SIGINT.
`;

try {
  const { values } = parseArgs({ options: { config: { type: 'string' }, port: { type: 'string' } } });
  if (values.config === undefined) throw new TypeError('`--config` is missing');
  const aws = await startLocalAws(readConfig(await readFile(values.config), values.port));
  const stop = (): void => void aws.close();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.stdout.write(shellLines(aws));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exitCode = 2;
}
