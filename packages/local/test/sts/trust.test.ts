import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  type AssumeRoleCommandOutput,
  GetCallerIdentityCommand,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws, RoleOptions, TrustStatement } from '../../src/index.ts';
import { assume, baseKeys, type ClientKeys, clientConfig, outcomeOf, start, stsClient } from '../start-aws.ts';

const role = (name: string): string => `arn:aws:iam::000000000000:role/${name}`;
const BASE = 'arn:aws:iam::000000000000:user/base';
const MAY_CHAIN = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'sts:*', Resource: '*' } } as const;
const TAGGED = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::pool/${aws:PrincipalTag/tenant}/*' },
} as const;

function trusting(...Statement: TrustStatement[]): RoleOptions {
  return { policy: [MAY_CHAIN, TAGGED], trust: { Version: '2012-10-17', Statement } };
}

const allow = (Action: string | string[], AWS: string | string[], Condition?: TrustStatement['Condition']): TrustStatement => ({
  Effect: 'Allow',
  Principal: { AWS },
  Action,
  ...(Condition && { Condition }),
});
const ALL_ACTIONS = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];

/** Principals that a Deny with `NotPrincipal` names. */
const ACCOUNT_ONLY = { name: 'AccountOnly', AWS: ['000000000000'] };
const USER_ONLY = { name: 'UserOnly', AWS: [BASE] };
const USER_AND_ACCOUNT = { name: 'UserAndAccount', AWS: [BASE, '000000000000'] };
const SESSION = {
  name: 'Session',
  AWS: ['arn:aws:sts::000000000000:assumed-role/First/acme', role('First'), 'arn:aws:iam::000000000000:root'],
};
const EVERYBODY = { name: 'Everybody', AWS: ['*'] };

let aws: LocalAws;
beforeAll(async () => {
  aws = await start({
    roles: {
      [role('Untrusting')]: { policy: MAY_CHAIN },
      [role('First')]: trusting(allow(ALL_ACTIONS, BASE)),
      [role('Narrow')]: { policy: TAGGED, trust: { Version: '2012-10-17', Statement: allow('sts:AssumeRole', BASE) } },
      [role('Second')]: trusting(allow(ALL_ACTIONS, role('First'))),
      [role('SecondLong')]: { ...trusting(allow(ALL_ACTIONS, role('First'))), maxSessionDuration: 43_200 },
      [role('SecondUntagged')]: trusting(allow('sts:AssumeRole', role('First'))),
      [role('ByAccount')]: trusting(allow('sts:AssumeRole', '000000000000')),
      [role('ByRoot')]: trusting(allow('sts:AssumeRole', 'arn:aws:iam::000000000000:root')),
      [role('ByForeign')]: trusting(
        allow('sts:AssumeRole', ['111111111111', 'arn:aws:iam::111111111111:root', 'arn:aws:iam::000000000000:user/bas']),
      ),
      [role('BySession')]: trusting(allow('sts:AssumeRole', 'arn:aws:sts::000000000000:assumed-role/First/acme')),
      [role('External')]: trusting(allow('sts:AssumeRole', BASE, { StringEquals: { 'sts:ExternalId': 'secret-handshake' } })),
      [role('Denying')]: trusting(allow('sts:AssumeRole', BASE), {
        Effect: 'Deny',
        Principal: '*',
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:RoleSessionName': 'globex' } },
      }),
      [role('ByService')]: trusting({
        Effect: 'Allow',
        Principal: { Service: ['lambda.amazonaws.com', 'ecs-tasks.amazonaws.com'] },
        Action: ALL_ACTIONS,
      }),
      [role('ByServiceAndBase')]: trusting({
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com', AWS: BASE },
        Action: ALL_ACTIONS,
      }),
      [role('ByFederated')]: trusting(
        { Effect: 'Allow', Principal: { Federated: 'cognito-identity.amazonaws.com' }, Action: 'sts:*' },
        { Effect: 'Allow', Principal: { Federated: ['arn:aws:iam::000000000000:saml-provider/Okta'] }, Action: 'sts:AssumeRoleWithSAML' },
        { Effect: 'Allow', Principal: { CanonicalUser: 'f'.repeat(64) }, Action: 'sts:AssumeRole' },
      ),
      ...Object.fromEntries(
        [ACCOUNT_ONLY, USER_ONLY, USER_AND_ACCOUNT, SESSION, EVERYBODY].map((spared) => [
          role(spared.name),
          trusting(allow('sts:AssumeRole', '000000000000'), {
            Effect: 'Deny',
            NotPrincipal: { AWS: spared.AWS },
            Action: 'sts:AssumeRole',
          }),
        ]),
      ),
      [role('NeedsTag')]: trusting(
        allow(['sts:AssumeRole', 'sts:TagSession'], BASE, {
          StringLike: { 'aws:RequestTag/tenant': '?*' },
          'ForAllValues:StringEquals': { 'aws:TagKeys': ['tenant'] },
          StringEquals: { 'sts:RoleSessionName': '${aws:RequestTag/tenant}' },
        }),
      ),
    },
  });
});
afterAll(() => aws.close());

function send(
  RoleArn: string,
  input: Partial<AssumeRoleCommandInput> = {},
  keys: ClientKeys = baseKeys(aws),
): Promise<AssumeRoleCommandOutput> {
  return stsClient(aws, keys).send(new AssumeRoleCommand({ RoleArn: role(RoleArn), RoleSessionName: 'acme', ...input }));
}

function outcome(...input: Parameters<typeof send>): Promise<string> {
  return outcomeOf(send(...input));
}

function session(name: string, input: Partial<AssumeRoleCommandInput> = {}): Promise<ClientKeys> {
  return assume(aws, { RoleArn: role(name), ...input });
}

function put(keys: ClientKeys, Key: string): Promise<string> {
  return outcomeOf(new S3Client(clientConfig(aws, keys)).send(new PutObjectCommand({ Bucket: 'pool', Key, Body: 'x' })));
}

describe('a trust policy', () => {
  it('allows principals by ARN, account, root, role or session', async () => {
    expect(await outcome('First')).toBe('allowed');
    expect(await outcome('ByAccount')).toBe('allowed');
    expect(await outcome('ByRoot')).toBe('allowed');
    expect(await outcome('ByForeign')).toBe('AccessDenied');
    expect(await outcome('Second')).toBe('AccessDenied');
    expect(await outcome('BySession', {}, await session('First'))).toBe('allowed');
    expect(await outcome('BySession', {}, await session('First', { RoleSessionName: 'globex' }))).toBe('AccessDenied');
  });

  it('that is absent trusts only the base keys', async () => {
    expect(await outcome('Untrusting')).toBe('allowed');
    expect(await outcome('Untrusting', {}, aws.admin)).toBe('AccessDenied');
    expect(await outcome('Untrusting', {}, await session('First'))).toBe('AccessDenied');
  });

  it('may name services, identity providers and canonical users, none of which calls the local AWS', async () => {
    expect(await outcome('ByService')).toBe('AccessDenied');
    expect(await outcome('ByFederated')).toBe('AccessDenied');
    expect(await outcome('ByServiceAndBase')).toBe('allowed');
    expect(await outcome('ByServiceAndBase', {}, await session('First'))).toBe('AccessDenied');
  });

  it('with `NotPrincipal` spares only a caller whose ARN, role and account it names', async () => {
    const first = await session('First');
    expect(await outcome('AccountOnly')).toBe('AccessDenied');
    expect(await outcome('UserOnly')).toBe('AccessDenied');
    expect(await outcome('UserAndAccount')).toBe('allowed');
    expect(await outcome('UserAndAccount', {}, first)).toBe('AccessDenied');
    expect(await outcome('Session', {}, first)).toBe('allowed');
    expect(await outcome('Session', {}, await session('First', { RoleSessionName: 'globex' }))).toBe('AccessDenied');
    expect(await outcome('Everybody')).toBe('allowed');
  });

  it('can require an external id', async () => {
    expect(await outcome('External')).toBe('AccessDenied');
    expect(await outcome('External', { ExternalId: 'wrong' })).toBe('AccessDenied');
    expect(await outcome('External', { ExternalId: 'secret-handshake' })).toBe('allowed');
    for (const ExternalId of ['a', 'a'.repeat(1225), 'a b']) expect(await outcome('External', { ExternalId })).toBe('ValidationError');
  });

  it('denies a request that it both allows and denies', async () => {
    expect(await outcome('Denying')).toBe('allowed');
    expect(await outcome('Denying', { RoleSessionName: 'globex' })).toBe('AccessDenied');
  });

  it('can require tags, and a session name equal to one of them', async () => {
    const tag = (Key: string, Value: string) => ({ Key, Value });
    expect(await outcome('NeedsTag', { Tags: [tag('tenant', 'acme')] })).toBe('allowed');
    expect(await outcome('NeedsTag')).toBe('AccessDenied');
    expect(await outcome('NeedsTag', { Tags: [tag('tenant', 'globex')] })).toBe('AccessDenied');
    expect(await outcome('NeedsTag', { Tags: [tag('tenant', '')] })).toBe('AccessDenied');
    expect(await outcome('NeedsTag', { Tags: [tag('tenant', 'acme'), tag('role', 'admin')] })).toBe('AccessDenied');
  });
});

describe('session tags', () => {
  it('become the principal tags of the session, and require sts:TagSession', async () => {
    const keys = await session('First', { Tags: [{ Key: 'tenant', Value: 'acme' }] });
    expect(await put(keys, 'acme/f')).toBe('allowed');
    expect(await put(keys, 'globex/f')).toBe('AccessDenied');
    expect(await put(await session('First'), 'acme/f')).toBe('AccessDenied');
    expect(await outcome('Narrow')).toBe('allowed');
    expect(await outcome('Narrow', { Tags: [{ Key: 'tenant', Value: 'acme' }] })).toBe('AccessDenied');
  });

  it('that are transitive are inherited along a chain of roles, and cannot be overridden', async () => {
    const first = await session('First', {
      Tags: [
        { Key: 'tenant', Value: 'acme' },
        { Key: 'team', Value: 'x' },
      ],
      TransitiveTagKeys: ['tenant'],
    });
    const second = await assume(aws, { RoleArn: role('Second') }, stsClient(aws, first));
    expect(await put(second, 'acme/f')).toBe('allowed');
    for (const Key of ['tenant', 'Tenant']) {
      expect(await outcome('Second', { Tags: [{ Key, Value: 'globex' }] }, first)).toBe('ValidationError');
    }
    expect(await outcome('Second', { Tags: [{ Key: 'team', Value: 'y' }] }, first)).toBe('allowed');
    expect(await outcome('SecondUntagged', {}, first)).toBe('AccessDenied');
    expect(await outcome('SecondUntagged', {}, await session('First'))).toBe('allowed');
  });

  it('that are not transitive end with their session', async () => {
    const first = await session('First', { Tags: [{ Key: 'tenant', Value: 'acme' }] });
    const second = await assume(aws, { RoleArn: role('Second') }, stsClient(aws, first));
    expect(await put(second, 'acme/f')).toBe('AccessDenied');
  });

  it.each([
    [
      'a repeated key',
      [
        { Key: 'a', Value: '1' },
        { Key: 'a', Value: '2' },
      ],
    ],
    [
      'two keys that differ in case',
      [
        { Key: 'a', Value: '1' },
        { Key: 'A', Value: '2' },
      ],
    ],
    [
      'two keys that differ in case, and end in a sigma, which has another lower-case form at the end of a word',
      [
        { Key: '\u03b1\u03c3', Value: '1' },
        { Key: '\u0391\u03a3', Value: '2' },
      ],
    ],
    ["a key with AWS's prefix", [{ Key: 'aws:tenant', Value: '1' }]],
    ["a key with AWS's prefix in another case", [{ Key: 'AWS:tenant', Value: '1' }]],
    ['an empty key', [{ Key: '', Value: '1' }]],
    ['a key that is too long', [{ Key: 'a'.repeat(129), Value: '1' }]],
    ['a key with a star', [{ Key: 'a*', Value: '1' }]],
    ['a value that is too long', [{ Key: 'a', Value: 'b'.repeat(257) }]],
    ['a value with a variable', [{ Key: 'a', Value: '${aws:username}' }]],
    ['51 tags', Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: '1' }))],
  ])('are refused with %s', async (_, Tags) => {
    expect(await outcome('First', { Tags })).toBe('ValidationError');
  });

  it('can number 50, and can have the names of prototype members', async () => {
    expect(await outcome('First', { Tags: Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: '1' })) })).toBe('allowed');
    expect(
      await outcome('First', {
        Tags: [
          { Key: '__proto__', Value: 'x' },
          { Key: 'constructor', Value: 'y' },
        ],
      }),
    ).toBe('allowed');
  });

  it('can be transitive only if they are requested, and only once', async () => {
    expect(await outcome('First', { TransitiveTagKeys: ['tenant'] })).toBe('ValidationError');
    expect(await outcome('First', { Tags: [{ Key: 'tenant', Value: 'acme' }], TransitiveTagKeys: ['tenant', 'tenant'] })).toBe(
      'ValidationError',
    );
  });
});

describe('a source identity', () => {
  it('requires sts:SetSourceIdentity, and cannot be changed in a chain of roles', async () => {
    expect(await outcome('Narrow', { SourceIdentity: 'alice' })).toBe('AccessDenied');
    const first = await session('First', { SourceIdentity: 'alice' });
    expect((await send('Second', {}, first)).SourceIdentity).toBe('alice');
    expect((await send('Second', { SourceIdentity: 'alice' }, first)).SourceIdentity).toBe('alice');
    expect(await outcome('Second', { SourceIdentity: 'mallory' }, first)).toBe('AccessDenied');
    expect(await outcome('SecondUntagged', {}, first)).toBe('AccessDenied');
  });

  it.each(['a', 'a'.repeat(65), 'aws:alice', 'alice smith'])('cannot be %j', async (SourceIdentity) => {
    expect(await outcome('First', { SourceIdentity })).toBe('ValidationError');
  });
});

describe('a chain of roles', () => {
  it('requires the trust of the second role and a permission of the first', async () => {
    expect(await outcome('Second', {}, await session('First'))).toBe('allowed');
    expect(await outcome('SecondUntagged', {}, await session('First'))).toBe('allowed');
    expect(await outcome('ByAccount', {}, await session('Narrow'))).toBe('AccessDenied');
    const Policy = JSON.stringify(TAGGED);
    expect(await outcome('Second', {}, await session('First', { Policy }))).toBe('AccessDenied');
  });

  it('has sessions of an hour at most: a longer duration is refused, not shortened', async () => {
    const first = await session('First');
    expect(await outcome('Second', { DurationSeconds: 3600 }, first)).toBe('allowed');
    expect(await outcome('Second', { DurationSeconds: 3601 }, first)).toBe('ValidationError');
    expect(await outcome('SecondLong', { DurationSeconds: 3600 }, first)).toBe('allowed');
    expect(await outcome('SecondLong', { DurationSeconds: 3601 }, first)).toBe('ValidationError');
  });

  it('ends in a session of the last role', async () => {
    const second = await assume(aws, { RoleArn: role('Second'), RoleSessionName: 'deep' }, stsClient(aws, await session('First')));
    expect((await stsClient(aws, second).send(new GetCallerIdentityCommand({}))).Arn).toBe(
      'arn:aws:sts::000000000000:assumed-role/Second/deep',
    );
  });
});
