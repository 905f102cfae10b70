import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newProject, type NodeVersion, nodeOf, type Project } from './packed/project.ts';

const read = (name: string): string => readFileSync(new URL(`jest/${name}`, import.meta.url), 'utf8');

describe('Jest', () => {
  let project: Project;
  beforeAll(async () => {
    project = await newProject();
    await project.type('npm install @tenant-aws/express @tenant-aws/local express @aws-sdk/client-sts @aws-sdk/client-s3');
    await project.type('npm install @aws-sdk/client-dynamodb @aws-sdk/lib-dynamodb jest @swc/jest @swc/core');
    for (const name of ['app.test.js', 'jest.config.js']) project.write(name, read(name));
    project.write('app.test.mjs', asModule(read('app.test.js')));
  }, 600_000);
  afterAll(() => project.remove());

  it.each<NodeVersion>(['22', '24'])('tests a CommonJS application on Node.js %s: a transform compiles the ES modules', async (version) => {
    const { stderr } = await project.run([nodeOf(version), 'node_modules/jest/bin/jest.js', 'app.test.js']);

    expect(stderr).toContain('1 passed, 1 total');
  });

  it.each<NodeVersion>(['22', '24'])('tests an ES module application on Node.js %s with --experimental-vm-modules', async (version) => {
    const flags = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', 'app.test.mjs'];
    const config = { transform: {}, testMatch: ['**/*.test.mjs'], moduleFileExtensions: ['js', 'mjs', 'cjs', 'json'] };
    const { stderr } = await project.run([nodeOf(version), ...flags, '--config', JSON.stringify(config)]);

    expect(stderr).toContain('1 passed, 1 total');
  });
});

/** The same program with `import`. */
function asModule(program: string): string {
  return program.replaceAll(/^const (.*) = require\((.*)\);$/gm, 'import $1 from $2;');
}
