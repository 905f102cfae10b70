import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newProject, type Project } from './packed/project.ts';

/** The oldest supported release of TypeScript, and the latest of each later one, by the name under which it is installed. */
const compilers = { ts57: '5.7', ts58: '5.8', ts59: '5.9', ts6: '6', ts7: '7' } as const;

const options = '--noEmit --target es2023 --module nodenext --strict --types node --experimentalDecorators --emitDecoratorMetadata';

describe('a TypeScript application', () => {
  let project: Project;
  beforeAll(async () => {
    project = await newProject();
    const typescript = Object.entries(compilers).map(([name, version]) => `${name}@npm:typescript@${version}`);
    await project.type(
      'npm install @tenant-aws/express @tenant-aws/koa @tenant-aws/nestjs @aws-sdk/client-sts @aws-sdk/client-s3 express koa passport',
    );
    await project.type(
      'npm install @nestjs/common @nestjs/core @nestjs/passport reflect-metadata rxjs @aws-sdk/lib-dynamodb @aws-sdk/client-dynamodb',
    );
    await project.type(`npm install ${typescript.join(' ')} @types/node@24 @types/express @types/koa @types/passport`);
    await project.type('npm pkg set type=module');
    for (const name of ['express.ts', 'koa.ts', 'nestjs.ts'])
      project.write(name, readFileSync(new URL(`typed/${name}`, import.meta.url), 'utf8'));
  }, 600_000);
  afterAll(() => project.remove());

  /** The packages' own types are checked by the oldest and the latest release: it takes long. */
  const cases = Object.keys(compilers).flatMap((name) =>
    (name === 'ts57' || name === 'ts7' ? [true, false] : [true]).map((skipLibCheck) => ({
      name: name as keyof typeof compilers,
      skipLibCheck,
    })),
  );

  it.each(cases)('compiles with $name, skipLibCheck $skipLibCheck', async ({ name, skipLibCheck }) => {
    const tsc = [project.node, `node_modules/${name}/bin/tsc`, ...options.split(' '), '--skipLibCheck', String(skipLibCheck)];
    const errors = await project.run([...tsc, 'express.ts', 'koa.ts', 'nestjs.ts']).then(
      () => [],
      (error: Error) => error.message.split('\n').filter((line) => line.includes(': error TS')),
    );

    // Without skipLibCheck, other packages may have errors of their own.
    expect(errors.filter((line) => !line.startsWith('node_modules/') || line.startsWith('node_modules/@tenant-aws/'))).toEqual([]);
  });
});
