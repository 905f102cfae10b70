import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { blocksOf, fileNameOf } from '../../../test/readme/blocks.ts';
import { serve } from '../../../test/readme/program.ts';
import { localAws } from '../../../test/support/local-aws-per-file.ts';
import { environmentFor } from '../../../test/support/notes-aws.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const express4 = pathToFileURL(createRequire(import.meta.url).resolve('express4')).href;
const aws = localAws();
let scratch: string;
let program: string;
beforeAll(async () => {
  const blocks = blocksOf(await readFile(join(root, 'packages/express/README.md'), 'utf8'));
  const [block] = blocks.filter(({ language, ...rest }) => language === 'ts' && fileNameOf({ language, ...rest }) === 'express-4.ts');
  program = block?.text.replace(`from 'express'`, `from '${express4}'`) ?? '';
  expect(program).toContain(express4);
  await mkdir(join(root, 'test/.cache'), { recursive: true });
  scratch = await mkdtemp(join(root, 'test/.cache/express-4-'));
  await writeFile(join(scratch, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rm(scratch, { recursive: true }));

/** Sends two denied requests to the program of the README on Express 4. */
async function statuses(text: string): Promise<(number | string)[]> {
  const file = join(scratch, `app-${text.length}.ts`);
  await writeFile(file, text);
  const server = await serve(file, environmentFor(aws));
  const headers = { authorization: `Bearer ${await aws.issuer.token({ tenant: 'acme' })}` };
  const send = () =>
    fetch(`${server.url}/files?key=globex/plan`, { headers }).then(
      ({ status }) => status,
      () => 'the process ended',
    );
  const seen = [await send(), await send()];
  await server.close();
  return seen;
}

it('responds with 403 to every denied request, and the process continues', async () => {
  expect(await statuses(program)).toEqual([403, 403]);
});

it('needs the wrapper: without it, a denied request ends the process', async () => {
  const unwrapped = program.replace('await handler(req, res, next);', 'void handler(req, res, next);');
  expect(unwrapped).not.toBe(program);

  expect(await statuses(unwrapped)).toEqual(['the process ended', 'the process ended']);
});
