import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { blocksOf } from '../readme/blocks.ts';
import { endOf } from '../support/child.ts';

const example = fileURLToPath(new URL('../../examples/nestjs', import.meta.url));

it('passes the tests of the NestJS example with the command of its README', { timeout: 180_000 }, async () => {
  const commands = blocksOf(await readFile(join(example, 'README.md'), 'utf8')).filter(({ text }) => text.startsWith('npx '));
  expect(commands).toHaveLength(1);
  // Without the variables of this Vitest and of this lane, and with this version of Node.js.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:VITEST|TENANT_AWS_|NODE_ENV$|NODE_OPTIONS$)/.test(name));
  const PATH = `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`;

  const { code, stdout } = await endOf(
    spawn(commands[0]?.text ?? '', { shell: true, cwd: example, env: { ...Object.fromEntries(inherited), PATH, NO_COLOR: '1' } }),
  );

  expect(stdout).toMatch(/Tests +5 passed/);
  expect(code).toBe(0);
});
