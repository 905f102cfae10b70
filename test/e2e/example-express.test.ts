import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { endOf } from '../support/child.ts';
import { nodeFlags } from '../support/node-flags.ts';

const server = fileURLToPath(new URL('../../examples/express/server.ts', import.meta.url));

it('exits with one ConfigurationError that names every missing variable if the Express example has no environment', async () => {
  const { PATH } = process.env;
  const child = spawn(process.execPath, [...nodeFlags, server], { env: { PATH } });

  const { code, stdout, stderr } = await endOf(child);

  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr.match(/ConfigurationError/g)).toHaveLength(1);
  const named = ['TENANT_AWS_ROLE_ARN', 'TENANT_AWS_TEMPLATES', 'TENANT_AWS_JWT_ISSUER', 'TENANT_AWS_JWT_AUDIENCE', 'AWS_REGION'];
  expect(named.filter((name) => !stderr.includes(name))).toEqual([]);
});
