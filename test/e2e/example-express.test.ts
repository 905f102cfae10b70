import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { nodeFlags } from '../node-flags.ts';

const server = fileURLToPath(new URL('../../examples/express/server.ts', import.meta.url));

it('ends with one ConfigurationError that names every missing variable where the Express example has no environment', async () => {
  const { PATH } = process.env;
  const child = spawn(process.execPath, [...nodeFlags, server], { env: { PATH } });

  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);

  expect(child.exitCode).toBe(1);
  expect(stdout).toBe('');
  expect(stderr.match(/ConfigurationError/g)).toHaveLength(1);
  const named = ['TENANT_AWS_ROLE_ARN', 'TENANT_AWS_TEMPLATES', 'TENANT_AWS_JWT_ISSUER', 'TENANT_AWS_JWT_AUDIENCE', 'AWS_REGION'];
  expect(named.filter((name) => !stderr.includes(name))).toEqual([]);
});
