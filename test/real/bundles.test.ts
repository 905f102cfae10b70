import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve } from '../readme/program.ts';
import { localAws } from '../support/local-aws-per-file.ts';
import { seed, tenantAwsVariables } from '../support/notes-aws.ts';
import { newProject, NODES, nodeOf, type Project } from './packed/project.ts';

/** Packages that NestJS loads only if an application uses them. */
const optionalOfNest = [
  '@nestjs/microservices*',
  '@nestjs/websockets*',
  '@nestjs/platform-socket.io',
  'class-transformer*',
  'class-validator',
];

/** The lines that esbuild's users put before an ES module bundle, because CommonJS packages in it call `require`. */
const banner =
  "import { createRequire } from 'module'; import { fileURLToPath } from 'url'; import { dirname } from 'path'; " +
  'const require = createRequire(import.meta.url); const __filename = fileURLToPath(import.meta.url); const __dirname = dirname(__filename);';

/** NestJS imports `createRequire` itself. With NestJS the banner must give it another name. */
const bannerWithNest =
  "import { createRequire as createRequireOfBundle } from 'module'; const require = createRequireOfBundle(import.meta.url);";

const formats = {
  CommonJS: { file: 'bundle.cjs', flags: ['--format=cjs'] },
  'ES module': { file: 'bundle.mjs', flags: ['--format=esm'] },
} as const;
type Format = keyof typeof formats;

const cases = ['express', 'koa', 'nestjs'].flatMap((adapter, row) =>
  (Object.keys(formats) as Format[]).map((format, column) => ({ adapter, format, node: NODES[(row + column) % NODES.length] ?? '24' })),
);

const aws = localAws();
let project: Project;
beforeAll(async () => {
  project = await newProject();
  await project.type(
    'npm install @tenant-aws/express @tenant-aws/koa @tenant-aws/nestjs express koa @nestjs/common @nestjs/core @nestjs/platform-express reflect-metadata rxjs ' +
      '@aws-sdk/client-sts @aws-sdk/client-s3 @aws-sdk/client-dynamodb @aws-sdk/lib-dynamodb esbuild',
  );
  project.write('tsconfig.json', '{ "compilerOptions": { "experimentalDecorators": true, "target": "es2022" } }');
  await seed(aws, 'acme/plan', 'sell more anvils');
  await seed(aws, 'globex/plan', 'sell more rockets');
}, 600_000);
afterAll(() => project.remove());

describe('an application in one file, as esbuild makes it', () => {
  it.each(cases)('isolates tenants: $adapter, $format, Node.js $node', async ({ adapter, format, node }) => {
    const { file, flags } = formats[format];
    const source = readFileSync(new URL(`bundled/${adapter}.ts`, import.meta.url), 'utf8');
    project.write(`${adapter}.ts`, source);
    const lines = format.startsWith('ES') ? [`--banner:js=${adapter === 'nestjs' ? bannerWithNest : banner}`] : [];
    const external = optionalOfNest.map((name) => `--external:${name}`);
    const command = [
      'npx',
      'esbuild',
      `${adapter}.ts`,
      '--bundle',
      '--platform=node',
      '--log-level=warning',
      `--outfile=${adapter}-${file}`,
    ];

    const { stderr: warnings } = await project.run([...command, ...flags, ...lines, ...external]);
    const server = await serve(
      join(project.folder, `${adapter}-${file}`),
      { ...project.env, ...aws.env, ...tenantAwsVariables(aws) },
      'built',
      {
        execPath: nodeOf(node),
        flags: ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'],
        cwd: project.folder,
      },
    );
    const authorization = `Bearer ${await aws.issuer.token({ tenant: 'acme' })}`;
    const send = async (method: string, path: string, headers: Record<string, string> = { authorization }) => {
      const response = await fetch(server.url + path, { method, headers });
      return `${response.status} ${await response.text()}`;
    };

    expect(warnings).toBe('');
    expect(await send('GET', '/files?key=acme/plan')).toBe('200 sell more anvils');
    expect(await send('GET', '/files?key=globex/plan')).toBe('403 AccessDenied');
    expect(await send('PUT', '/orders/acme')).toBe('200 written');
    expect(await send('PUT', '/orders/globex')).toBe('400 AccessDeniedException');
    expect(await send('GET', '/files?key=acme/plan', {})).toMatch(/^401 /);
    await server.close();
  });
});
