import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFlags } from '../node-flags.ts';

const demo = fileURLToPath(new URL('./demo.ts', import.meta.url));
const shipped = fileURLToPath(new URL('../../templates', import.meta.url));
const ESCAPE = '\u001b';

let templates: string;
beforeEach(async () => {
  templates = await mkdtemp(join(tmpdir(), 'templates-'));
  await cp(shipped, templates, {
    recursive: true,
    filter: (path) => path === shipped || (path.endsWith('.json') && !path.endsWith('package.json')),
  });
});
afterEach(() => rm(templates, { recursive: true }));

/** The demo in a process of its own, on a copy of the shipped templates. */
function start(args: readonly string[] = []) {
  const { FORCE_COLOR: _, ...env } = process.env;
  return spawn(process.execPath, [...nodeFlags, demo, ...args], { env: { ...env, TENANT_AWS_TEMPLATE_SOURCE: templates } });
}

async function play(): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = start();
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, stdout, stderr };
}

/** Plants a mutant: the text must be there, or the test would try nothing. */
async function mutate(template: string, from: string, to: string): Promise<void> {
  const path = join(templates, `${template}.json`);
  const before = await readFile(path, 'utf8');
  const statement = before.indexOf('"Statement"');
  const at = before.indexOf(from, statement);
  expect(at, `${template} holds ${from}`).toBeGreaterThan(statement);
  await writeFile(path, before.slice(0, at) + to + before.slice(at + from.length));
}

const linesWith = (output: string, word: string): string[] => output.split('\n').filter((line) => line.includes(word));

describe('the demo', () => {
  it('tells the whole story and ends well', async () => {
    const { code, stdout, stderr } = await play();

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('"custom:tenant_id": "acme"');
    expect(stdout).toContain('of the 2,048 characters');
    for (const operation of ['GetObject', 'PutObject', 'CopyObject', 'ListObjectsV2'])
      expect(linesWith(stdout, operation).join()).toMatch(/denied .* AccessDenied\b/);
    for (const operation of ['Query', 'GetItem', 'PutItem', 'Scan', 'BatchGetItem', 'TransactWriteItems'])
      expect(linesWith(stdout, operation).join()).toMatch(/denied .* AccessDeniedException/);
    expect(linesWith(stdout, '401 token_invalid')).toHaveLength(4);
    expect(stdout).toMatch(/AssumeRole.* 3: one each for acme, globex, initech/);
    expect(stdout).toMatch(/ISOLATED: 12 own requests served, 13 on a neighbour's data denied by IAM, 5 bad tokens refused\.\n$/);
  });

  it('keeps to 100 columns and to plain text where it is no terminal', async () => {
    const { stdout } = await play();

    expect(stdout).not.toContain(ESCAPE);
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  it.each([
    ['an S3 folder that became the whole bucket', 's3-folder-per-tenant', '{{bucket}}/{{tenant}}/*', '{{bucket}}/*'],
    ['an S3 folder without the tenant', 's3-folder-per-tenant', '{{tenant}}/*', '*'],
  ])('shows the refusal of %s, and tells no story', async (_what, template, from, to) => {
    await mutate(template, from, to);

    const { code, stdout, stderr } = await play();

    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`${template}[^\\n]*names no tenant|names? (neither|no) [^\\n]*tenant`));
    expect(stdout).not.toContain('ISOLATED');
  });
});
