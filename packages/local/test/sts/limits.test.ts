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
  it('may have 2,048 characters, and not one more', async () => {
    expect(await outcome({ Policy: policyOf(2048) })).toBe('allowed');
    expect(await outcome({ Policy: policyOf(2049) })).toBe('ValidationError');
  });

  it('may have the characters from space to U+00FF, tab, LF and CR', async () => {
    const policy = (text: string): string =>
      JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${text}` } });
    expect(await outcome({ Policy: policy('\u00e9\u00ff').replace('{', '{\t\r\n') })).toBe('allowed');
    for (const character of ['\u0100', '\u6f22', '\u{1f511}']) expect(await outcome({ Policy: policy(character) })).toBe('ValidationError');
  });

  it.each([
    ['no JSON', 'nonsense'],
    ['JSON that ends early', '{"Version":"2012-10-17","Statement":{'],
    [
      'JSON with the same name twice',
      '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}}',
    ],
    ['an array', '[]'],
    ['a number', '1'],
    ['no statement', '{"Version":"2012-10-17"}'],
    ['an unknown effect', '{"Version":"2012-10-17","Statement":{"Effect":"Maybe","Action":"*","Resource":"*"}}'],
    [
      'an unknown operator',
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringAlmost":{"a":"b"}}}}',
    ],
    ['a principal', '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}'],
  ])('is malformed with %s', async (_, Policy) => {
    expect(await outcome({ Policy })).toBe('MalformedPolicyDocumentException');
  });

  it('may not be empty', async () => {
    expect(await outcome({ Policy: '' })).toBe('ValidationError');
  });

  it('that is random enough fills the packed size, though it is short enough', async () => {
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

  it('may live as long as its role allows', async () => {
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

  it('of a role with a path is named without it', async () => {
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
    'of %j, which is no role, is invalid',
    async (RoleArn) => {
      expect(await outcome({ RoleArn })).toBe('ValidationError');
    },
  );

  it.each([
    { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/AdministratorAccess' }] },
    { SerialNumber: 'arn:aws:iam::000000000000:mfa/x', TokenCode: '123456' },
    { ProvidedContexts: [{ ProviderArn: 'a', ContextAssertion: 'b' }] },
  ])('with %j is refused: to ignore it would be to grant the whole role, or to skip a check', async (input) => {
    expect(await outcome(input)).toBe('NotImplemented');
  });

  it('tells how large its token is, and pads it where asked', async () => {
    const answer = await stsClient(aws).send(
      new AssumeRoleCommand({ RoleArn: ROLE_ARN, RoleSessionName: 'acme', MinimumSessionTokenSize: 4096 }),
    );
    expect(answer.SessionTokenSize).toBe(answer.Credentials?.SessionToken?.length);
    expect(answer.SessionTokenSize).toBeGreaterThanOrEqual(4096);
    expect(answer.SessionTokenUtilization).toBe(0);
    expect(await outcome({ MinimumSessionTokenSize: 4097 })).toBe('ValidationError');
    expect(await outcome({ MinimumSessionTokenSize: -1 })).toBe('ValidationError');
  });
});
