import { Child } from '../child.ts';
import { interleave } from '../rounds.ts';
import type { Series } from '../series.ts';
import { plainEnvironment } from './micro.ts';
import type { Lane } from './lane.ts';

const names = { tenant: 'cached tenant', token: 'verified token', client: 'S3 client' };

/** Each figure has its own process. The bytes of the identities, which the application holds, are subtracted. */
export const memoryLane: Lane = {
  name: 'memory',
  title: 'Heap and external memory after garbage collection, per entry',
  async run({ plan: { cacheSizes } }) {
    const series: Series[] = [];
    for (const count of cacheSizes.slice(1)) series.push(...(await measure('tenant', count)));
    return [...series, ...(await measure('token', 10_000)), ...(await measure('client', 1_000))];
  },
};

function measure(what: keyof typeof names, count: number): Promise<Series[]> {
  return interleave('memory', 1, {
    [`${names[what]} of ${count.toLocaleString('en-US')}`]: async () => {
      const execArgv = ['--expose-gc', '--max-old-space-size=12288'];
      const [child, { bytes }] = await Child.start<{ bytes: number }>('memory.ts', {
        args: [what, String(count)],
        env: plainEnvironment(),
        execArgv,
      });
      await child.stop();
      return [{ metric: 'memory', unit: 'bytes', value: bytes }];
    },
  });
}
