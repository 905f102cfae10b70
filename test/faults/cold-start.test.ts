import { authenticatedUser, tenantGate } from '@tenant-aws/core';
import { expect, it } from 'vitest';
import { assumesOf, localAws, machineFor } from './machine.ts';
import { coldStart } from './cold-start.ts';

const aws = localAws();

it('makes one AssumeRole for 10,000 concurrent cold requests of one tenant', { timeout: 60_000 }, async () => {
  await using tvm = machineFor(aws, { assumeTimeoutMs: 60_000 });
  const enter = tenantGate({ tvm, identity: authenticatedUser() });
  // Each request has its own user, as it would have its own token. They share only the tenant.
  const requests = Array.from({ length: 10_000 }, (_, index) =>
    enter({ headersDistinct: {}, remoteAddress: '127.0.0.1', user: { sub: `user-${index}`, tenantId: 'acme' }, raw: undefined }),
  );
  const answers = await Promise.all(requests);
  const keys = await Promise.all(answers.map(async (tenantAws) => (await tenantAws?.credentials())?.accessKeyId));
  expect(new Set(keys).size).toBe(1);
  expect(assumesOf(aws)).toHaveLength(1);
  expect(tvm.stats()).toMatchObject({ assumes: 1, entries: 1, failures: 0 });
});

it('serves 200 tenants who start together with an STS of 50 calls per second, with at most 1.3 calls for each tenant', {
  timeout: 60_000,
}, async () => {
  const figures = await coldStart(aws, { tenants: 200, callsPerSecond: 50 });
  expect(figures.served).toBe(200);
  expect(figures.assumes / 200).toBeLessThanOrEqual(1.3);
});
