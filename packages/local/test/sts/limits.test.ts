import { createHash } from 'node:crypto';
import { AssumeRoleCommand, type AssumeRoleCommandInput, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { assume, outcomeOf, POOL_ROLE, ROLE_ARN, start, stsClient } from '../start-aws.ts';

const LONG_ROLE = 'arn:aws:iam::000000000000:role/service/Long';

let aws: LocalAws;
beforeAll(async () => {
  aws = await start({ roles: { [ROLE_ARN]: POOL_ROLE, [LONG_ROLE]: { ...POOL_ROLE, maxSessionDuration: 43_200 } } });
});
afterAll(() => aws.close());

function outcome(input: Partial<AssumeRoleCommandInput>): Promise<string> {
  return outcomeOf(assume(aws, input));
}

/** A policy of exactly this many characters. */
function policyOf(length: number): string {
  const policy = (sid: string): string =>
    JSON.stringify({ Version: '2012-10-17', Statement: { Sid: sid, Effect: 'Allow', Action: 's3:GetObject', Resource: '*' } });
  return policy('a'.repeat(length - policy('').length));
}

describe('a session policy', () => {
  it('can have 2,048 characters, and no more', async () => {
    expect(await outcome({ Policy: policyOf(2048) })).toBe('allowed');
    expect(await outcome({ Policy: policyOf(2049) })).toBe('ValidationError');
  });

  it('can have the characters from space to U+00FF, tab, LF and CR, and no others', async () => {
    const policy = (text: string): string =>
      JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${text}` } });
    expect(await outcome({ Policy: policy('\u00e9\u00ff').replace('{', '{\t\r\n') })).toBe('allowed');
    for (const character of ['\u0100', '\u6f22', '\u{1f511}']) expect(await outcome({ Policy: policy(character) })).toBe('ValidationError');
  });

  it.each([
    ['text that is not JSON', 'nonsense'],
    ['truncated JSON', '{"Version":"2012-10-17","Statement":{'],
    ['JSON with a repeated name', '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}}'],
    ['an array', '[]'],
    ['a number', '1'],
    ['no statement', '{"Version":"2012-10-17"}'],
    ['an unknown effect', '{"Version":"2012-10-17","Statement":{"Effect":"Maybe","Action":"*","Resource":"*"}}'],
    [
      'an unknown operator',
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringAlmost":{"a":"b"}}}}',
    ],
    ['a principal', '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}'],
  ])('is malformed: %s', async (_, Policy) => {
    expect(await outcome({ Policy })).toBe('MalformedPolicyDocumentException');
  });

  it('cannot be empty', async () => {
    expect(await outcome({ Policy: '' })).toBe('ValidationError');
  });

  it('cannot exceed the packed size together with the tags, even if each of them is short enough', async () => {
    const noise = (seed: number): string => createHash('sha512').update(String(seed)).digest('hex');
    const tags = (count: number) => Array.from({ length: count }, (_, index) => ({ Key: `key${index}`, Value: noise(index) }));
    expect(await outcome({ Tags: tags(5) })).toBe('allowed');
    expect(await outcome({ Tags: tags(50) })).toBe('PackedPolicyTooLargeException');
  });
});

describe('a session', () => {
  it.each([
    [899, 'ValidationError'],
    [900, 'allowed'],
    [3600, 'allowed'],
    [3601, 'ValidationError'],
    [43_201, 'ValidationError'],
  ])('of %i seconds is %s', async (DurationSeconds, expected) => {
    expect(await outcome({ DurationSeconds })).toBe(expected);
  });

  it('can last for the maximum duration of its role', async () => {
    expect(await outcome({ RoleArn: LONG_ROLE, DurationSeconds: 43_200 })).toBe('allowed');
  });

  it.each([
    ['a', 'ValidationError'],
    ['ab', 'allowed'],
    ['a'.repeat(64), 'allowed'],
    ['a'.repeat(65), 'ValidationError'],
    ['_=,.@-+', 'allowed'],
    ['acme/globex', 'ValidationError'],
    ['acme globex', 'ValidationError'],
    ['acm\u00e9', 'ValidationError'],
    ['acme\n', 'ValidationError'],
    ['', 'ValidationError'],
  ])('named %j is %s', async (RoleSessionName, expected) => {
    expect(await outcome({ RoleSessionName })).toBe(expected);
  });

  it('of a role with a path has an ARN without the path', async () => {
    const identity = await stsClient(aws, await assume(aws, { RoleArn: LONG_ROLE })).send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toBe('arn:aws:sts::000000000000:assumed-role/Long/acme');
  });

  it.each([
    'arn:aws:iam::000000000000:role/Unknown',
    'arn:aws:iam::000000000000:role/constructor',
    'arn:aws:iam::000000000000:role/__proto__',
  ])('of the unknown role %s is denied', async (RoleArn) => {
    expect(await outcome({ RoleArn })).toBe('AccessDenied');
  });

  it.each(['TenantAccess', 'arn:aws:iam::000000000000:user/TenantAccess', `${ROLE_ARN} `, 'x'.repeat(3000)])(
    'of %j, which is not a role ARN, is invalid',
    async (RoleArn) => {
      expect(await outcome({ RoleArn })).toBe('ValidationError');
    },
  );

  it.each([
    { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/AdministratorAccess' }] },
    { SerialNumber: 'arn:aws:iam::000000000000:mfa/x', TokenCode: '123456' },
    { ProvidedContexts: [{ ProviderArn: 'a', ContextAssertion: 'b' }] },
  ])('with %j is refused: ignoring it would grant all permissions of the role, or skip a check', async (input) => {
    expect(await outcome(input)).toBe('NotImplemented');
  });

  it('reports the size of its token, and pads the token to MinimumSessionTokenSize', async () => {
    const response = await stsClient(aws).send(
      new AssumeRoleCommand({ RoleArn: ROLE_ARN, RoleSessionName: 'acme', MinimumSessionTokenSize: 4096 }),
    );
    expect(response.SessionTokenSize).toBe(response.Credentials?.SessionToken?.length);
    expect(response.SessionTokenSize).toBeGreaterThanOrEqual(4096);
    expect(response.SessionTokenUtilization).toBe(0);
    expect(await outcome({ MinimumSessionTokenSize: 4097 })).toBe('ValidationError');
    expect(await outcome({ MinimumSessionTokenSize: -1 })).toBe('ValidationError');
  });
});
