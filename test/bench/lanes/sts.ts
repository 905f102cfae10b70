import { loadTest } from '../load-test.ts';
import type { Lane } from './lane.ts';

const STS_MS = 5;
const candidates = ['AssumeRole per request', 'fromTemporaryCredentials per tenant', 'ours'];

/** All candidates call the same local STS. AWS's answers in 20 to 100 ms, so that the first candidate would be slower there. */
export const stsLane: Lane = {
  name: 'sts',
  title: `Express, requests of 20 tenants with an STS that answers after ${STS_MS} ms`,
  async run({ plan, aws }) {
    const authorizations = await aws.authorizations(Array.from({ length: 20 }, (_, index) => `tenant-${index}`));
    await aws.delaySts(STS_MS);
    try {
      // AssumeRole per request serves about 100 requests per second: a short round has too few.
      return await loadTest({ lane: 'sts', file: 'sts', candidates, authorizations, roundSeconds: plan.roundSeconds * 2 }, plan, aws);
    } finally {
      await aws.delaySts(0);
    }
  },
};
