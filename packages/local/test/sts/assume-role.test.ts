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
  it('answers keys of a session, who it is, and when it ends', async () => {
    const before = Date.now();
    const answer = await stsClient(aws).send(
      new AssumeRoleCommand({ RoleArn: ROLE_ARN, RoleSessionName: 'acme', Policy: folderPolicy('acme'), DurationSeconds: 900 }),
    );
    expect(answer.Credentials?.AccessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(answer.AssumedRoleUser?.Arn).toBe('arn:aws:sts::000000000000:assumed-role/TenantAccess/acme');
    expect(answer.AssumedRoleUser?.AssumedRoleId).toMatch(/^AROA[A-Z0-9]{17}:acme$/);
    expect(answer.SessionTokenUtilization).toBeGreaterThan(0);
    const life = (answer.Credentials?.Expiration?.getTime() ?? 0) - before;
    expect(life).toBeGreaterThan(898_000);
    expect(life).toBeLessThan(930_000);
  });

  it('is known by the keys it was given', async () => {
    const identity = await stsClient(aws, await assume(aws)).send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toBe('arn:aws:sts::000000000000:assumed-role/TenantAccess/acme');
  });

  it('records the call by its operation, and by the session that signed', async () => {
    aws.calls.length = 0;
    const keys = await assume(aws);
    await stsClient(aws, keys).send(new GetCallerIdentityCommand({}));
    expect(aws.calls.map(({ operation, decision, tenantSession }) => ({ operation, decision, tenantSession }))).toEqual([
      { operation: 'AssumeRole', decision: 'allowed', tenantSession: undefined },
      { operation: 'GetCallerIdentity', decision: 'allowed', tenantSession: 'acme' },
    ]);
  });
});
