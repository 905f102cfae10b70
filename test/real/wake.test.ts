import { expect, it } from 'vitest';
import { localAws } from '../support/local-aws-per-file.ts';
import { coldStart } from '../faults/cold-start.ts';

const TENANTS = 2_000;

const aws = localAws();

it('serves all of 2,000 tenants who start together with an STS of 50 calls per second, with at most 1.3 calls for each tenant', async () => {
  const figures = await coldStart(aws, { tenants: TENANTS, callsPerSecond: 50 });
  console.log(
    `${figures.served} tenants served, the last after ${(figures.lastWaitMs / 1_000).toFixed(1)} s; ${figures.assumes} AssumeRole, ` +
      `${(figures.assumes / TENANTS).toFixed(2)} for each, ${figures.throttled} of them throttled; ${figures.requests} requests of clients`,
  );
  expect(figures.served).toBe(TENANTS);
  expect(figures.assumes / TENANTS).toBeLessThanOrEqual(1.3);
});
