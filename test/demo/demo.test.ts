import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Ended, endOf } from '../support/child.ts';
import { nodeFlags } from '../support/node-flags.ts';
import { blocksOf } from '../readme/blocks.ts';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const shipped = file('../../templates');
const ESCAPE = '\u001b';

let templates: string;
beforeEach(async () => {
  templates = await mkdtemp(join(tmpdir(), 'templates-'));
  for (const name of ['s3-folder-per-tenant', 'dynamodb-leading-keys'])
    await cp(join(shipped, `${name}.json`), join(templates, `${name}.json`));
});
afterEach(() => rm(templates, { recursive: true }));

/** Starts the demo in its own process, with a copy of the shipped templates. */
function start(args: readonly string[] = []) {
  const { FORCE_COLOR: _, ...env } = process.env;
  return spawn(process.execPath, [...nodeFlags, file('./demo.ts'), ...args], { env: { ...env, TENANT_AWS_TEMPLATE_SOURCE: templates } });
}

const runDemo = (): Promise<Ended> => endOf(start());

/** Changes a template's statements. The replaced text must exist: otherwise the test would check nothing. */
async function mutate(template: string, from: string, to: string): Promise<void> {
  const path = join(templates, `${template}.json`);
  const { Statement, ...manifest } = JSON.parse(await readFile(path, 'utf8')) as { Statement: unknown };
  const before = JSON.stringify(Statement);
  expect(before).toContain(from);
  await writeFile(path, JSON.stringify({ ...manifest, Statement: JSON.parse(before.replace(from, to)) }));
}

/** The requests on the printed lines that begin with this label. */
function requestsWith(stdout: string, label: string): string[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith(`  ${label}`));
  return lines.map((line) => line.slice(10).trim().split(/\s+/).slice(0, 3).join(' '));
}

const OBJECT = '"arn:{{partition}}:s3:::{{bucket}}/{{tenant}}/*"';
const ANY_OBJECT = '"arn:{{partition}}:s3:::{{bucket}}/*"';
const KEYS = '"dynamodb:LeadingKeys":["{{tenant}}"]';
const NULL = ',"Null":{"dynamodb:LeadingKeys":"false"}';
const CONDITION = `"Condition":{"ForAllValues:StringEquals":{${KEYS}}${NULL}}`;
const PREFIX = '"s3:prefix":"{{tenant}}/*"';

describe('the demo', { timeout: 60_000 }, () => {
  it('runs every step and ends with exit code 0', async () => {
    const { code, stdout, stderr } = await runDemo();

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('"custom:tenant_id": "acme"');
    expect(stdout).toMatch(/session policy of acme .* of the 2,048 characters/);
    for (const operation of ['GetObject', 'PutObject', 'CopyObject', 'ListObjectsV2']) {
      expect(stdout).toMatch(new RegExp(`^ {2}denied +acme .* ${operation} +AccessDenied$`, 'm'));
    }
    for (const operation of ['Query', 'GetItem', 'PutItem', 'Scan', 'BatchGetItem', 'TransactWriteItems']) {
      expect(stdout).toMatch(new RegExp(`^ {2}denied +acme .* ${operation} +AccessDeniedException$`, 'm'));
    }
    expect(stdout).toMatch(
      /AWS to the app: AccessDenied: User:\s+arn:aws:sts::000000000000:assumed-role\/TenantAccess\/acme\s+is\s+not\s+authorized/,
    );
    expect(stdout.match(/401 token_invalid$/gm)).toHaveLength(4);
    expect(stdout).toMatch(/AssumeRole calls +3: one each for acme, globex, initech\n/);
    expect(stdout).toMatch(/ISOLATED: 14 own requests served, 13 for another tenant's data denied by IAM, 5 bad tokens refused\.\n$/);
    // Outside a terminal it is plain text. No line is too long for a terminal.
    expect(stdout).not.toContain(ESCAPE);
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
    // README.md quotes the output literally.
    const quoted = blocksOf(await readFile(file('../../README.md'), 'utf8')).filter(({ words }) => words.includes('demo'));
    expect(quoted.length).toBeGreaterThan(0);
    for (const block of quoted) for (const line of block.text.split('\n')) expect(stdout.split('\n')).toContain(line);
  });

  it.each([
    ['an S3 folder that covers the whole bucket', 's3-folder-per-tenant', OBJECT, ANY_OBJECT],
    ['an S3 folder and the whole bucket', 's3-folder-per-tenant', OBJECT, `[${OBJECT},${ANY_OBJECT}]`],
    ['a DynamoDB table without its condition', 'dynamodb-leading-keys', `,${CONDITION}`, ''],
    ["another tenant's items in addition to the own items", 'dynamodb-leading-keys', KEYS, KEYS.replace(']', ',"globex"]')],
  ])('prints the reason and runs no step where the app refuses at load: %s', async (_title, template, from, to) => {
    await mutate(template, from, to);

    const { code, stdout, stderr } = await runDemo();

    expect(code).toBe(1);
    expect(stderr).toMatch(/^The app refused to start:\nConfigurationError: /);
    expect(stderr).toMatch(new RegExp(`\`${template}\`.*\`\\{\\{tenant\\}\\}\``));
    expect(stdout).toBe('');
  });

  it('marks the leak and ends with exit code 1 where a template allows to list by a prefix without a delimiter', async () => {
    await mutate('s3-folder-per-tenant', PREFIX, PREFIX.replace('"{{tenant}}/*"', '["{{tenant}}","{{tenant}}/*"]'));

    const { code, stdout } = await runDemo();

    expect(code).toBe(1);
    expect(requestsWith(stdout, 'LEAK')).toEqual(['acme GET /files?prefix=acme']);
    expect(stdout).toMatch(/NOT ISOLATED: 1 leak, 0 failed, of 32 steps\.\n$/);
  });

  it('keeps the app running with --serve until a signal, and prints curl commands that work', async () => {
    const child = start(['--serve']);
    const closed = once(child, 'close');
    const lines: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      lines.push(line);
      if (line.startsWith('curl') && !line.includes('$')) break; // the last one
    }
    const [, authorization = ''] = lines.map((line) => /^ACME='Authorization: (.+)'$/.exec(line)).find((match) => match !== null) ?? [];
    const [, foreign = ''] = lines.map((line) => /\$ACME" '(.+key=globex.+)'$/.exec(line)).find((match) => match !== null) ?? [];
    const [, own = ''] = lines.map((line) => /\$ACME" '(.+\/notes\/plan)'$/.exec(line)).find((match) => match !== null) ?? [];

    expect((await fetch(own, { headers: { authorization } })).status).toBe(200);
    expect((await fetch(foreign, { headers: { authorization } })).status).toBe(403);
    child.kill('SIGTERM');
    await closed;

    expect(child.exitCode).toBe(0);
    await expect(fetch(own)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });
});
