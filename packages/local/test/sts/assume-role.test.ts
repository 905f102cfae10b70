import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { assume, folderPolicy, ROLE_ARN, start, stsClient } from '../start-aws.ts';

let aws: LocalAws;
beforeAll(async () => {
  aws = await start();
});
afterAll(() => aws.close());

describe('AssumeRole', () => {
  it('returns the keys, the identity and the expiration of a session', async () => {
    const before = Date.now();
    const response = await stsClient(aws).send(
      new AssumeRoleCommand({ RoleArn: ROLE_ARN, RoleSessionName: 'acme', Policy: folderPolicy('acme'), DurationSeconds: 900 }),
    );
    expect(response.Credentials?.AccessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(response.AssumedRoleUser?.Arn).toBe('arn:aws:sts::000000000000:assumed-role/TenantAccess/acme');
    expect(response.AssumedRoleUser?.AssumedRoleId).toMatch(/^AROA[A-Z0-9]{17}:acme$/);
    expect(response.SessionTokenUtilization).toBeGreaterThan(0);
    const lifetimeMs = (response.Credentials?.Expiration?.getTime() ?? 0) - before;
    expect(lifetimeMs).toBeGreaterThan(898_000);
    expect(lifetimeMs).toBeLessThan(930_000);
  });

  it('issues keys that identify the session', async () => {
    const identity = await stsClient(aws, await assume(aws)).send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toBe('arn:aws:sts::000000000000:assumed-role/TenantAccess/acme');
  });

  it('records each call with its operation and the session that signed it', async () => {
    aws.calls.length = 0;
    const keys = await assume(aws);
    await stsClient(aws, keys).send(new GetCallerIdentityCommand({}));
    expect(aws.calls.map(({ operation, decision, tenantSession }) => ({ operation, decision, tenantSession }))).toEqual([
      { operation: 'AssumeRole', decision: 'allowed', tenantSession: undefined },
      { operation: 'GetCallerIdentity', decision: 'allowed', tenantSession: 'acme' },
    ]);
  });
});
