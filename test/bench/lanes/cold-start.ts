import { Child } from '../child.ts';
import { startServer } from '../load-test.ts';
import { type Figure, interleave, type Measure } from '../rounds.ts';
import type { Lane } from './lane.ts';
import { plainEnvironment } from './micro.ts';

const packages = ['express', '@tenant-aws/express', 'koa', '@tenant-aws/koa', '@nestjs/common', '@tenant-aws/nestjs'];

export const importLane: Lane = {
  name: 'import',
  group: 'cold-start',
  title: 'Import of each package, in fresh processes',
  run: ({ plan }) => interleave('import', plan.imports, Object.fromEntries(packages.map((name) => [name, () => importOnce(name)]))),
};

async function importOnce(name: string): Promise<readonly Figure[]> {
  const [, { ms, cpuMs }] = await Child.start<{ ms: number; cpuMs: number }>('import-time.ts', { args: [name], env: plainEnvironment() });
  return [
    { metric: 'import', unit: 'ms', value: ms },
    { metric: 'CPU', unit: 'ms', value: cpuMs },
  ];
}

const servers = [
  ['express', 'bare'],
  ['express', 'ours'],
  ['express', 'express-oauth2-jwt-bearer'],
  ['koa', 'bare'],
  ['koa', 'ours'],
  ['nest-express', 'bare'],
  ['nest-express', 'ours'],
  ['nest-fastify', 'bare'],
  ['nest-fastify', 'ours'],
] as const;

/** The first request pays for the discovery document, the key set and the first AssumeRole. */
export const firstRequestLane: Lane = {
  name: 'first-request',
  group: 'cold-start',
  title: 'First request after the start, in fresh processes',
  onlyFull: true,
  async run({ plan, aws }) {
    const [authorization = ''] = await aws.authorizations(['acme']);
    const measures = servers.map(([file, candidate]): [string, Measure] => [
      `${file}, ${candidate}`,
      async () => {
        const { server, port } = await startServer(file, candidate, aws, {});
        const started = performance.now();
        const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { authorization } });
        await response.text();
        const value = performance.now() - started;
        await server.stop();
        return [{ metric: 'first request', unit: 'ms', value }];
      },
    ]);
    await (await fetch(`${aws.issuer.url}/.well-known/openid-configuration`)).text(); // the first `fetch` of this process takes longer
    return interleave('first-request', Math.ceil(plan.imports / 3), Object.fromEntries(measures));
  },
};
