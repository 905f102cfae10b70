import { inspect } from 'node:util';
import type { AssumeRoleCommandOutput } from '@aws-sdk/client-sts';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { authenticatedUser, channels, ConfigurationError, PolicyGenerator, tenantGate } from '@tenant-aws/core';
import { fakeSts } from '@tenant-aws/core/testing';
import { describe, expect, it, vi } from 'vitest';
import { baseKeys, assumesOf, bucket, identityOf, localAws, machineFor, optionsFor, roleArn, stsOf } from './local-machine.ts';

const aws = localAws();
const misspelt = 'arn:aws:iam::000000000000:role/teams/TenantAcces';

/** The only fault of the ConfigurationError. */
async function faultOf(ready: Promise<void>): Promise<string> {
  const error: unknown = await ready.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigurationError)) throw new Error(`no ConfigurationError: ${String(error)}`);
  expect(error.faults).toHaveLength(1);
  return error.faults[0] ?? '';
}

describe('ready({ probe: true })', () => {
  it('assumes the role once, for a tenant that does not exist', async () => {
    await using tvm = machineFor(aws);

    await tvm.ready({ probe: true });

    expect(assumesOf(aws)).toEqual([expect.objectContaining({ decision: 'allowed' })]);
    expect(aws.calls).toHaveLength(1);
  });

  it('assumes no role without `probe`', async () => {
    await using tvm = machineFor(aws, { roleArn: misspelt });

    await tvm.ready();
    await tvm.ready({ probe: false });

    expect(aws.calls).toEqual([]);
  });

  it('says what to check where the name of the role is wrong', async () => {
    await using tvm = machineFor(aws, { roleArn: misspelt });

    const fault = await faultOf(tvm.ready({ probe: true }));

    expect(fault).toMatch(/^STS does not let this process assume the role arn:aws:iam::000000000000:role\/teams\/TenantAcces: /);
    expect(fault).toContain('that the role `teams/TenantAcces` exists in the account 000000000000 with exactly this name');
    expect(fault).toContain('its trust policy names the base role of this process and allows `sts:AssumeRole`;');
    expect(fault).toContain('the trust policy requires no `sts:ExternalId`');
    expect(fault).toContain('STS reports AccessDenied');
    expect(fault).not.toContain('sts:TagSession');
  });

  it('names the actions and conditions of the options, and never their values', async () => {
    const options = { externalId: 'external-secret', tags: { plan: 'tag-secret' }, sourceIdentity: 'source-secret' };
    await using tvm = machineFor(aws, { roleArn: misspelt, ...options });

    const error: unknown = await tvm.ready({ probe: true }).catch((thrown: unknown) => thrown);

    const text = inspect(error, { depth: 9 });
    expect(text).toContain('`sts:AssumeRole` and `sts:TagSession` (option `tags`) and `sts:SetSourceIdentity` (option `sourceIdentity`)');
    expect(text).toContain('the `sts:ExternalId` in the trust policy is the value of the option `externalId`');
    expect(text + JSON.stringify(error)).not.toMatch(/-secret/);
    for (const secret of Object.values(baseKeys(aws))) expect(text).not.toContain(secret);
  });

  it.each([
    ['InvalidClientTokenId', 'check the base credentials of this process'],
    ['RegionDisabled', 'activate STS for this region'],
    ['ValidationError', 'maximum session duration of the role'],
    ['MalformedPolicyDocument', 'check the permission templates'],
    ['SomethingNew', 'read the message of STS'],
  ])('says what to check after %s', async (code, text) => {
    await using tvm = machineFor(aws, { sts: fakeSts({ fail: code }) });

    expect(await faultOf(tvm.ready({ probe: true }))).toContain(text);
  });

  it.each([
    ['Throttling', 'sts_unavailable'],
    ['ServiceUnavailable', 'sts_unavailable'],
    ['PackedPolicyTooLarge', 'policy_too_large'],
  ])('rejects after %s as a request does: %s', async (code, expected) => {
    await using tvm = machineFor(aws, { sts: fakeSts({ fail: code }) });

    await expect(tvm.ready({ probe: true })).rejects.toMatchObject({ code: expected });
  });

  it('needs options that are the same for every identity', async () => {
    await using tvm = machineFor(aws, { roleArn: () => roleArn, tags: async () => ({}) });

    expect(await faultOf(tvm.ready({ probe: true }))).toContain('`roleArn`, `tags` is a function: call `ready()`, and `vend()`');
    await tvm.ready();
    expect(aws.calls).toEqual([]);
  });

  it.each([
    [{ chars: '0-9', min: 6, max: 6 }, /^\d{6}$/],
    [{ chars: 'a-c', min: 1, max: 1 }, /^t-|^[a-c]$/],
    [{ chars: 'A-Z', min: 30, max: 40 }, /^[A-Z]{30}$/],
    [{}, /^tenant-aws-probe$/],
  ])('uses an id that the tenant pattern %j accepts', async (tenantId, expected) => {
    await using tvm = machineFor(aws, { tenantId });

    await tvm.ready({ probe: true });

    const [call] = assumesOf(aws);
    expect(call).toMatchObject({ decision: 'allowed' });
    const names: string[] = [];
    await using other = machineFor(aws, { tenantId, sts: recording(names) });
    await other.ready({ probe: true });
    expect(names).toEqual([expect.stringMatching(expected)]);
  });

  it.each([
    [{ prob: true }, '`prob` is not an option: did you mean `probe`?'],
    [{ probe: 'yes' }, '`probe` must be true or false'],
  ])('refuses %j', async (options, fault) => {
    await using tvm = machineFor(aws);

    expect(await faultOf(tvm.ready(options as never))).toBe(fault);
  });

  it('is passed on by the gate', async () => {
    const gate = tenantGate({ ...optionsFor(aws, { roleArn: misspelt }), identity: authenticatedUser(), logger: false });

    await gate.ready();
    expect(await faultOf(gate.ready({ probe: true }))).toContain('TenantAcces');
    await gate.close();
  });
});

describe('the credentials of a probe', () => {
  it('are not cached, not counted and not vended, also to a tenant with the same id', async () => {
    const vended = vi.fn();
    channels.vend.subscribe(vended);
    await using tvm = machineFor(aws, { authorizeTenant: () => true });

    await tvm.ready({ probe: true });
    channels.vend.unsubscribe(vended);

    expect(tvm.stats()).toMatchObject({ entries: 0, hits: 0, shared: 0, assumes: 0 });
    expect(vended).not.toHaveBeenCalled();
    await tvm.vend(identityOf('tenant-aws-probe'));
    expect(assumesOf(aws)).toHaveLength(2);
  });

  it('are not accepted by the signature guard', async () => {
    const issued: { accessKeyId: string; secretAccessKey: string; sessionToken: string }[] = [];
    await using tvm = machineFor(aws, { sts: recordingCredentials(issued) });
    await tvm.ready({ probe: true });
    expect(issued).toHaveLength(1);

    const s3 = tvm.for(identityOf('tenant-aws-probe')).client(S3Client, { endpoint: aws.url, forcePathStyle: true });
    Object.defineProperty(s3.config, 'credentials', { value: async () => issued[0] });
    const sent = s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'tenant-aws-probe/' }));

    await expect(sent).rejects.toMatchObject({ code: 'tenant_mismatch' });
  });

  it('are not requested of a closed machine', async () => {
    const tvm = machineFor(aws);
    await tvm.close();

    await expect(tvm.ready({ probe: true })).rejects.toMatchObject({ code: 'sts_unavailable', status: 503 });
    expect(aws.calls).toEqual([]);
  });

  it('do not revoke, authorize or count the tenant of that id', async () => {
    const authorizeTenant = vi.fn(() => true);
    await using tvm = machineFor(aws, { authorizeTenant });
    tvm.revoke('tenant-aws-probe');

    await tvm.ready({ probe: true });

    expect(authorizeTenant).not.toHaveBeenCalled();
    await expect(tvm.vend(identityOf('tenant-aws-probe'))).rejects.toMatchObject({ code: 'tenant_revoked' });
  });

  it('have the session policy of the synthetic tenant', async () => {
    const policies: string[] = [];
    const names: string[] = [];
    await using tvm = machineFor(aws, { sts: recording(names, policies) });

    await tvm.ready({ probe: true });

    const policy = PolicyGenerator.generator()
      .permit('s3-folder-per-tenant', { bucket })
      .in({ partition: 'aws', region: 'us-east-1', account: '000000000000' });
    expect(policies).toEqual([policy.tenant('tenant-aws-probe').generatePolicy()]);
  });
});

describe('a wrong role name at the first request', () => {
  it('is explained in the detail of the error, which the log shows and a client does not see', async () => {
    await using tvm = machineFor(aws, { roleArn: misspelt, externalId: 'external-secret' });

    const error: unknown = await tvm.vend(identityOf('acme')).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({
      code: 'sts_rejected',
      message: 'AWS refused to issue credentials for this request',
      detail: { sts: expect.stringContaining('AccessDenied'), check: expect.stringContaining('that the role `teams/TenantAcces` exists') },
      cause: { message: expect.stringContaining('that the role `teams/TenantAcces` exists') },
    });
    expect(JSON.stringify(error)).not.toContain('TenantAcces');
    expect(inspect(error)).not.toContain('external-secret');
  });
});

/** The client of the local AWS. It records the parameters of each AssumeRole. */
function recording(names: string[], policies: string[] = []): ReturnType<typeof stsOf> {
  const sts = stsOf(aws);
  sts.middlewareStack.add(
    (next) => async (args) => {
      const { RoleSessionName = '', Policy = '' } = args.input as { RoleSessionName?: string; Policy?: string };
      names.push(RoleSessionName);
      policies.push(Policy);
      return next(args);
    },
    { step: 'initialize' },
  );
  return sts;
}

/** The client of the local AWS. It keeps the credentials that STS issues, as an attacker in the process could. */
function recordingCredentials(issued: unknown[]): ReturnType<typeof stsOf> {
  const sts = stsOf(aws);
  sts.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { AccessKeyId, SecretAccessKey, SessionToken } = (result.output as AssumeRoleCommandOutput).Credentials ?? {};
      issued.push({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken });
      return result;
    },
    { step: 'initialize' },
  );
  return sts;
}
