import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('summary.mjs', import.meta.url));
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const green = {
  numTotalTests: 3,
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  success: true,
  testResults: [],
};

describe('the last line of .ci/run', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'summary-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, content: unknown) =>
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  const run = () => {
    const { stdout, status } = spawnSync(process.execPath, [script, folder], { encoding: 'utf8' });
    return { last: stdout.trim().split('\n').at(-1), status };
  };

  it('adds the steps and the tests', () => {
    write('steps', 'node24 0\nlint 0\n');
    write('expected', 'node24\n');
    write('node24.json', { ...green, numPendingTests: 1 });
    expect(run()).toEqual({ last: '5 passed, 0 failed, 1 skipped', status: 0 });
  });

  it('counts failed tests and the step that ran them', () => {
    write('steps', 'node24 1\n');
    write('expected', 'node24\n');
    write('node24.json', { ...green, numPassedTests: 1, numFailedTests: 2, success: false });
    expect(run()).toEqual({ last: '1 passed, 3 failed', status: 1 });
  });

  it('counts a failed step, a missing report, a run without tests and a run without steps', () => {
    write('steps', 'lint 2\nnode24 0\n');
    write('expected', 'node24\nnode22\n');
    write('node22.json', { ...green, numTotalTests: 0, numPassedTests: 0 });
    expect(run()).toEqual({ last: '1 passed, 3 failed', status: 1 });
    rmSync(join(folder, 'steps'));
    rmSync(join(folder, 'expected'));
    expect(run()).toEqual({ last: '0 passed, 1 failed', status: 1 });
  });

  it('fails for a file that does not load, with the report of Vitest', () => {
    write('broken.test.ts', "import './absent.ts';\nimport { it } from 'vitest';\nit('is never run', () => {});\n");
    write('expected', 'node24\n');
    const { status } = spawnSync(
      process.execPath,
      [vitest, 'run', '--root', folder, '--reporter=json', `--outputFile=${join(folder, 'node24.json')}`],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    write('steps', `node24 ${status}\n`);
    expect(status).not.toBe(0);
    expect(run().status).toBe(1);
  });

  it('is printed after a failed step, because the script continues', () => {
    const source = execFileSync('cat', [fileURLToPath(new URL('run', import.meta.url))], { encoding: 'utf8' });
    expect(source).not.toMatch(/set -\w*e/);
    expect(source.trimEnd().split('\n').at(-1)).toBe('node .ci/summary.mjs "$reports"');
  });
});
