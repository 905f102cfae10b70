import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { seed } from '../../../test/support/notes-aws.ts';
import { blocksOf, fileNameOf } from '../../../test/readme/blocks.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const aws = notesAws();
const tenants = Array.from({ length: 10 }, (_, index) => `tenant-${index}`);
const library = (name: string): string => JSON.stringify(fileURLToPath(import.meta.resolve(name)));

/** A queue that all requests share, and its method that adds a job. */
const queues = [
  ['p-queue', `import PQueue from ${library('p-queue')};\nconst queue = new PQueue({ concurrency: 2 });\n`, 'queue.add'],
  ['fastq', `import fastq from ${library('fastq')};\nconst queue = fastq.promise((job) => job(), 2);\n`, 'queue.push'],
] as const;

describe.each(queues)('the quick start of the README, with a shared %s in front of S3', (_name, declaration, add) => {
  let scratch: string;
  let app: INestApplication;
  beforeAll(async () => {
    for (const tenant of tenants) await seed(aws, `${tenant}/plan`, tenant);
    const blocks = blocksOf(await readFile(join(root, 'packages/nestjs/README.md'), 'utf8'));
    const [program] = blocks.filter((block) => block.language === 'ts' && fileNameOf(block) === 'app.module.ts');
    const queued = program?.text.replaceAll(/await s3\.send\((.*)\);/g, `await ${add}(() => s3.send($1));`) ?? '';
    expect(queued.split(add)).toHaveLength(3);
    await mkdir(join(root, 'test/.cache'), { recursive: true });
    scratch = await mkdtemp(join(root, 'test/.cache/quick-start-'));
    const file = join(scratch, 'app.module.ts');
    await writeFile(file, `// @ts-nocheck\n${declaration}${queued}\n`);
    const { AppModule } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { AppModule: object };
    app = await NestFactory.create(AppModule, { logger: false });
    await app.listen(0, '127.0.0.1');
  });
  afterAll(async () => {
    await app.close();
    await rm(scratch, { recursive: true });
  });

  it('returns to each of 200 requests of 10 tenants its own objects only', async () => {
    const url = (await app.getUrl()).replace('[::1]', 'localhost');
    const tokens = await Promise.all(tenants.map((tenant) => aws.issuer.token({ tenant })));
    const sent = Array.from({ length: 200 }, (_, index) => ({ by: index % 10, of: index % 20 < 10 ? index % 10 : (index + 1) % 10 }));

    const responses = await Promise.all(
      sent.map(async ({ by, of }) => {
        const headers = { authorization: `Bearer ${tokens[by]}` };
        return (await fetch(`${url}/files?key=${tenants[of]}/plan`, { headers })).text();
      }),
    );

    const denied = expect.stringContaining('"code":"aws_access_denied"');
    expect(responses).toEqual(sent.map(({ by, of }) => (by === of ? tenants[of] : denied)));
  });
});
