import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  GetCallerIdentityCommand,
  GetScopedCredentialsCommand,
  type GetScopedCredentialsCommandInput,
  type GetScopedCredentialsCommandOutput,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { assume, baseKeys, type ClientKeys, clientConfig, keysOf, outcomeOf, ROLE_ARN, start, stsClient } from '../start-aws.ts';

const ROLE = {
  policy: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: ['s3:*', 'sts:GetScopedCredentials'], Resource: '*' } },
} as const;

let aws: LocalAws;
let now: number;
beforeAll(async () => {
  aws = await start({ roles: { [ROLE_ARN]: ROLE }, clock: () => now });
});
beforeEach(() => {
  // Earlier than the signing time by half the allowed difference: the tests move the clock forward by up to 15 minutes.
  now = Date.now() - 450_000;
});
afterAll(() => aws.close());

function policy(folder: string, ...more: string[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 's3:PutObject', Resource: `arn:aws:s3:::pool/${folder}/*` },
      { Effect: 'Allow', Action: ['sts:GetScopedCredentials', ...more], Resource: '*' },
    ],
  });
}

function send(keys: ClientKeys, input: GetScopedCredentialsCommandInput): Promise<GetScopedCredentialsCommandOutput> {
  return stsClient(aws, keys).send(new GetScopedCredentialsCommand(input));
}

async function scoped(keys: ClientKeys, input: GetScopedCredentialsCommandInput): Promise<ClientKeys> {
  return keysOf(await send(keys, input));
}

function put(keys: ClientKeys, Key: string): Promise<string> {
  return outcomeOf(new S3Client(clientConfig(aws, keys)).send(new PutObjectCommand({ Bucket: 'pool', Key, Body: 'x' })));
}

describe('GetScopedCredentials', () => {
  it('returns keys of the same session with fewer permissions', async () => {
    const session = await assume(aws, { SourceIdentity: 'alice' });
    const response = await send(session, { Policy: policy('acme') });
    expect(response.SessionInfo?.Arn).toBe('arn:aws:sts::000000000000:assumed-role/TenantAccess/acme');
    expect(response.ScopedPoliciesCount).toBe(1);
    expect(response.SourceIdentity).toBe('alice');
    const keys = await scoped(session, { Policy: policy('acme') });
    expect((await stsClient(aws, keys).send(new GetCallerIdentityCommand({}))).Arn).toBe(
      'arn:aws:sts::000000000000:assumed-role/TenantAccess/acme',
    );
    expect(await put(keys, 'acme/f')).toBe('allowed');
    expect(await put(keys, 'globex/f')).toBe('AccessDenied');
    expect(await put(session, 'globex/f')).toBe('allowed');
  });

  it('adds no permission: the session policy and all earlier scope-down policies still apply', async () => {
    const session = await assume(aws, { Policy: policy('acme') });
    expect(await put(await scoped(session, { Policy: policy('*') }), 'globex/f')).toBe('AccessDenied');
    const first = await scoped(await assume(aws), { Policy: policy('acme') });
    const second = await scoped(first, { Policy: policy('globex') });
    expect(await put(second, 'acme/f')).toBe('AccessDenied');
    expect(await put(second, 'globex/f')).toBe('AccessDenied');
  });

  it('accepts three scope-down policies in a session, and no fourth', async () => {
    let keys: ClientKeys = await assume(aws);
    for (let layer = 0; layer < 3; layer += 1) keys = await scoped(keys, { Policy: policy('acme') });
    expect(await outcomeOf(send(keys, { Policy: policy('acme') }))).toBe('AccessDenied');
    expect((await send(keys, { DurationSeconds: 60 })).ScopedPoliciesCount).toBe(3);
  });

  it('accepts a lifetime of one second, and none longer than that of the session', async () => {
    const session = await assume(aws, { DurationSeconds: 900 });
    const short = await scoped(session, { DurationSeconds: 1 });
    expect(await put(short, 'acme/f')).toBe('allowed');
    now += 1000;
    expect(await put(short, 'acme/f')).toBe('ExpiredToken');
    expect(await outcomeOf(send(session, { DurationSeconds: 899 }))).toBe('allowed');
    expect(await outcomeOf(send(session, { DurationSeconds: 900 }))).toBe('InsufficientSessionLifetimeException');
    const inherited = await scoped(session, { Policy: policy('acme') });
    now += 898_999;
    expect(await put(inherited, 'acme/f')).toBe('allowed');
    now += 1;
    expect(await put(inherited, 'acme/f')).toBe('ExpiredToken');
  });

  it('requires a session, the permission, and a policy or a duration', async () => {
    const session = await assume(aws);
    expect(await outcomeOf(send(baseKeys(aws), { Policy: policy('acme') }))).toBe('InvalidSubjectCredentialsException');
    expect(await outcomeOf(send(session, {}))).toBe('ValidationError');
    const without = await assume(aws, {
      Policy: JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' } }),
    });
    expect(await outcomeOf(send(without, { DurationSeconds: 60 }))).toBe('AccessDenied');
    for (const DurationSeconds of [0, -1, 129_601]) {
      expect(await outcomeOf(send(session, { DurationSeconds, Policy: policy('acme') }))).toBe('ValidationError');
    }
    expect(await outcomeOf(send(session, { Policy: 'x' }))).toBe('MalformedPolicyDocumentException');
    expect(await outcomeOf(send(session, { DurationSeconds: 1, ScopedSessionDescription: 'x'.repeat(257) }))).toBe('ValidationError');
  });
});
