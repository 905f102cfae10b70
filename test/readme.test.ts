import { globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localAws } from './support/local-aws-per-file.ts';
import { environmentFor } from './support/notes-aws.ts';
import { type Block, blocksOf, fileNameOf, isProgram } from './readme/blocks.ts';
import { conversation } from './readme/conversation.ts';
import { run, serve, type Syntax } from './readme/program.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Every README, and the reference pages, which are beside that of core. */
const readmes = globSync(['{README,templates/README,packages/core/*}.md', '{packages,examples}/*/README.md'], { cwd: root }).toSorted();

/** The reference pages refer to the READMEs. */
const OF_OTHERS = ['packages/core/OPTIONS.md', 'packages/core/TROUBLESHOOTING.md'];

/** Commands of npm that are not scripts. */
const OF_NPM = ['install', 'init', 'pkg'];

const aws = localAws();
let scratch: string;
beforeAll(async () => {
  // Inside the workspace, so that the imports of a README resolve to the packages.
  await mkdir(join(root, 'test/.cache'), { recursive: true });
  scratch = await mkdtemp(join(root, 'test/.cache/readme-'));
});
afterAll(() => rm(scratch, { recursive: true }));

describe.each(readmes)('%s', (path) => {
  const markdown = readFileSync(join(root, path), 'utf8');
  const blocks = blocksOf(markdown);
  const programs = blocks.filter(isProgram);

  it('names only scripts that exist in package.json', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    const named = [...markdown.matchAll(/(?<!p)npm (?:run )?(test|[\w:-]+)(?= |$|`)/gm)].flatMap(([, script]) => script ?? []);
    expect(named.filter((script) => !OF_NPM.includes(script) && !(script in scripts))).toEqual([]);
  });

  it('says how an empty folder becomes a project of ES modules, if it has ES modules', () => {
    const hasImports = programs.some(({ text }) => /^import /m.test(text));
    if (hasImports && !OF_OTHERS.includes(path)) expect(markdown).toContain('npm pkg set type=module');
  });

  it.each(programs.filter(({ words }) => words.includes('run')))('runs the program of line $line', async (block) => {
    const file = await written(block);

    const { code, stdout, stderr } = await run(file, environmentOf(block), syntaxOf(block));

    expect({ code, stderr: block.words.includes('stderr') && code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    const expected = blocks[blocks.indexOf(block) + 1];
    if (expected?.language === 'text') expect(stdout.trimEnd()).toBe(expected.text);
  });

  it.each(programs.filter(({ words }) => words.includes('serve')))(
    'serves the shown responses with the program of line $line',
    async (block) => {
      const server = await serve(await written(block), environmentOf(block), syntaxOf(block));
      // A program that starts its own local AWS prints its own token.
      const ACME = block.text.includes('ACME=') ? await server.printed(/^ACME=(.+)$/) : await aws.issuer.token({ tenant: 'acme' });
      const below = blocks.slice(blocks.indexOf(block) + 1);
      const next = below.findIndex(({ words }) => words.includes('serve'));
      const exchanges = below
        .slice(0, next === -1 ? undefined : next)
        .filter(({ language }) => language === 'console')
        .flatMap(({ text }) => conversation(text, { ACME }));

      const results = [];
      for (const { command, path: target, method, headers, body, expected } of exchanges) {
        const response = await fetch(server.url + target, { method, headers, ...(body === undefined ? {} : { body }) });
        const seen = Object.fromEntries(Object.keys(expected.headers).map((name) => [name, response.headers.get(name)]));
        results.push({
          command,
          expected,
          actual: {
            ...(expected.status === undefined ? {} : { status: response.status }),
            headers: seen,
            body: (await response.text()).trimEnd(),
          },
        });
      }
      await server.close();

      expect(exchanges.length).toBeGreaterThan(0);
      expect(results.map(({ command, actual }) => ({ command, ...actual }))).toEqual(
        results.map(({ command, expected }) => ({ command, ...expected })),
      );
    },
  );

  it.each(programs.filter(({ words }) => words.includes('stop')))('ends the program of line $line after SIGTERM', async (block) => {
    const server = await serve(await written(block), environmentOf(block), syntaxOf(block));

    const response = await fetch(server.url, { headers: { authorization: `Bearer ${await aws.issuer.token({ tenant: 'acme' })}` } });
    await response.text();

    expect(await server.stop()).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it.each(blocks.filter(({ words }) => words.includes('environment')))(
    'needs no other configuration than the environment of line $line',
    async ({ text }) => {
      const file = join(scratch, 'configured.ts');
      await writeFile(file, "import { tenantCredentials } from '@tenant-aws/express';\nawait tenantCredentials().close();\n");
      const { PATH } = process.env;

      const variables = Object.fromEntries(text.split('\n').map((line) => line.split('=')) as [string, string][]);

      expect(await run(file, { ...(PATH === undefined ? {} : { PATH }), ...variables })).toEqual({ code: 0, stdout: '', stderr: '' });
    },
  );

  /** Writes every file of the README, so that its programs can import each other. Returns the file of this block. */
  async function written(block: Block): Promise<string> {
    const folder = await mkdtemp(join(scratch, 'program-'));
    // The programs of a README keep the port of the issuer here. Meanwhile another process may have been given it.
    await rm(join(root, 'node_modules/.cache/tenant-aws-issuer.json'), { force: true });
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    const tsconfig = blocks.find(({ words }) => words.includes('tsconfig.json'))?.text;
    await writeFile(join(folder, 'tsconfig.json'), tsconfig ?? JSON.stringify({ compilerOptions: nestNew, include: ['*.ts'] }));
    for (const program of programs) await writeFile(join(folder, fileNameOf(program)), textOf(program));
    return join(folder, fileNameOf(block));
  }
});

function textOf({ words, text }: Block): string {
  return words.includes('express-4') ? text.replace("from 'express'", "from 'express4'") : text;
}

/** A program that starts its own local AWS gets the shell of a developer, with a profile of AWS. Others get the test's local AWS. */
function environmentOf({ text }: Block): NodeJS.ProcessEnv {
  if (!text.includes('startLocalAws(')) return environmentFor(aws);
  const { PATH, HOME } = process.env;
  return { ...(PATH === undefined ? {} : { PATH }), ...(HOME === undefined ? {} : { HOME }), AWS_PROFILE: 'profile-of-the-developer' };
}

/** The options that `nest new` sets for decorators. */
const nestNew = { experimentalDecorators: true, emitDecoratorMetadata: true };

const syntaxOf = ({ words }: Block): Syntax => (words.includes('decorators') ? 'decorators' : undefined);

it.each(readmes)('%s has no program that is not run', (path) => {
  const programs = blocksOf(readFileSync(join(root, path), 'utf8')).filter(isProgram);

  expect(programs.filter(({ words }) => !['run', 'serve', 'stop', 'file'].some((word) => words.includes(word)))).toEqual([]);
});
