import { Child } from '../child.ts';
import type { Series } from '../series.ts';
import type { Lane } from './lane.ts';

const titles = {
  gate: 'Gate of a warm request',
  'cold-token': 'Verification of an RS256 token that is not cached',
  policy: 'Session policy of two templates',
  vend: 'vend of cached credentials',
  'new-tenant': 'vend of a new tenant, with an STS that answers at once',
  sources: 'Identity sources',
  cache: 'Cache hit of a random tenant',
  client: 'client()',
  evaluator: 'Evaluator of @tenant-aws/prover',
};

/** Each in its own process. */
export const microLanes: readonly Lane[] = Object.entries(titles).map(([name, title]) => ({
  name,
  group: 'micro',
  title,
  async run({ plan }) {
    const args = [name, JSON.stringify(plan)];
    const [, series] = await Child.start<Series[]>(`micro/${name}.ts`, {
      args,
      env: plainEnvironment(),
      execArgv: ['--max-old-space-size=12288'],
    });
    return series;
  },
}));

/** The environment without the options of this project. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('TENANT_AWS_'));
  return { ...Object.fromEntries(own), NODE_ENV: 'production', AWS_REGION: 'us-east-1' };
}
