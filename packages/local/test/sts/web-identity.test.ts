import { createServer } from 'node:http';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  AssumeRoleWithWebIdentityCommand,
  type AssumeRoleWithWebIdentityCommandInput,
  type AssumeRoleWithWebIdentityCommandOutput,
} from '@aws-sdk/client-sts';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LocalAws, TrustPolicy } from '../../src/index.ts';
import { close, listen } from '../../src/loopback.ts';
import { clientConfig, keysOf, outcomeOf, start, stsClient } from '../start-aws.ts';

const ROLE = 'arn:aws:iam::000000000000:role/Web';
const TAGLESS = 'arn:aws:iam::000000000000:role/Tagless';
const CLOSED = 'arn:aws:iam::000000000000:role/Closed';
const ANYONE = 'arn:aws:iam::000000000000:role/Anyone';
const DENY_STAR = 'arn:aws:iam::000000000000:role/DenyStar';
const DENY_AWS_STAR = 'arn:aws:iam::000000000000:role/DenyAwsStar';
const TAGS_CLAIM = 'https://aws.amazon.com/tags';
const POLICY = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::pool/${aws:PrincipalTag/tenant}/*' },
} as const;
const OTHER_ISSUER = 'https://login.example.com/realm';

/** Trusts a provider's users, except for those that a Deny for every principal excludes. */
function withDeny(Federated: string, Principal: '*' | { readonly AWS: '*' }): TrustPolicy {
  const Action = 'sts:AssumeRoleWithWebIdentity';
  return {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Federated }, Action },
      { Effect: 'Deny', Principal, Action: 'sts:*', Condition: { StringEquals: { 'sts:RoleSessionName': 'mallory' } } },
    ],
  };
}

let aws: LocalAws;
let now: number;
let otherKey: Awaited<ReturnType<typeof generateKeyPair>>;
beforeAll(async () => {
  otherKey = await generateKeyPair('ES256');
  const jwk: JWK = { ...(await exportJWK(otherKey.publicKey)), kid: 'other', alg: 'ES256' };
  aws = await start({
    clock: () => now,
    identityProviders: [{ url: OTHER_ISSUER, audiences: ['app'], jwks: { keys: [jwk] } }],
    roles: {
      [ROLE]: {
        policy: POLICY,
        maxSessionDuration: 43_200,
        trust: ({ providerArn, url, audience }) => ({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Federated: providerArn },
              Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:SetSourceIdentity'],
              Condition: {
                StringEquals: { [`${url.replace('http://', '')}:aud`]: audience },
                StringLike: { [`${url.replace('http://', '')}:sub`]: 'user-of-*' },
              },
            },
            {
              Effect: 'Allow',
              Principal: { Federated: 'arn:aws:iam::000000000000:oidc-provider/login.example.com/realm' },
              Action: 'sts:AssumeRoleWithWebIdentity',
            },
          ],
        }),
      },
      [TAGLESS]: {
        policy: POLICY,
        trust: ({ providerArn }) => ({
          Version: '2012-10-17',
          Statement: { Effect: 'Allow', Principal: { Federated: providerArn }, Action: 'sts:AssumeRoleWithWebIdentity' },
        }),
      },
      [CLOSED]: { policy: POLICY },
      [DENY_STAR]: { policy: POLICY, trust: ({ providerArn }) => withDeny(providerArn, '*') },
      [DENY_AWS_STAR]: { policy: POLICY, trust: ({ providerArn }) => withDeny(providerArn, { AWS: '*' }) },
      [ANYONE]: { policy: POLICY, trust: { Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: '*', Action: 'sts:*' } } },
    },
  });
});
beforeEach(() => {
  now = Date.now();
});
afterAll(() => aws.close());

function send(
  WebIdentityToken: string,
  input: Partial<AssumeRoleWithWebIdentityCommandInput> = {},
): Promise<AssumeRoleWithWebIdentityCommandOutput> {
  return stsClient(aws).send(new AssumeRoleWithWebIdentityCommand({ RoleArn: ROLE, RoleSessionName: 'acme', WebIdentityToken, ...input }));
}

function outcome(...input: Parameters<typeof send>): Promise<string> {
  return outcomeOf(send(...input));
}

function tenantTags(tags: Record<string, unknown>, transitive: unknown = []): Record<string, unknown> {
  return { [TAGS_CLAIM]: { principal_tags: tags, transitive_tag_keys: transitive } };
}

describe('AssumeRoleWithWebIdentity', () => {
  it('returns a session for a token of a trusted issuer, without a signature', async () => {
    aws.calls.length = 0;
    const result = await send(await aws.issuer.token({ tenant: 'acme' }));
    expect(result.AssumedRoleUser?.Arn).toBe('arn:aws:sts::000000000000:assumed-role/Web/acme');
    expect(result.SubjectFromWebIdentityToken).toBe('user-of-acme');
    expect(result.Audience).toBe(aws.issuer.audience);
    expect(result.Provider).toBe(`arn:aws:iam::000000000000:oidc-provider/${aws.issuer.url.replace('http://', '')}`);
    expect(aws.calls).toMatchObject([{ operation: 'AssumeRoleWithWebIdentity', decision: 'allowed', accessKeyId: '' }]);
  });

  it('takes tags and source identity from the claims', async () => {
    const claims = { ...tenantTags({ tenant: ['acme'] }, ['tenant']), 'https://aws.amazon.com/source_identity': 'alice' };
    const response = await send(await aws.issuer.token({ tenant: 'acme', claims }));
    expect(response.SourceIdentity).toBe('alice');
    const s3 = new S3Client(clientConfig(aws, keysOf(response)));
    await s3.send(new PutObjectCommand({ Bucket: 'pool', Key: 'acme/f', Body: 'x' }));
    await expect(s3.send(new PutObjectCommand({ Bucket: 'pool', Key: 'globex/f', Body: 'x' }))).rejects.toThrow('not authorized');
  });

  it.each([DENY_STAR, DENY_AWS_STAR])('is denied by a Deny for every principal: %s', async (RoleArn) => {
    const token = await aws.issuer.token({ tenant: 'acme' });
    expect(await outcome(token, { RoleArn })).toBe('allowed');
    expect(await outcome(token, { RoleArn, RoleSessionName: 'mallory' })).toBe('AccessDenied');
  });

  it("is denied with AWS's message, which names no caller", async () => {
    const token = await aws.issuer.token({ tenant: 'acme' });
    await expect(send(token, { RoleArn: CLOSED })).rejects.toThrow(/^Not authorized to perform sts:AssumeRoleWithWebIdentity$/);
  });

  it('accepts an array with one audience', async () => {
    expect(await outcome(await aws.issuer.token({ tenant: 'acme', claims: { aud: [aws.issuer.audience] } }))).toBe('allowed');
  });

  it('is not role chaining: the session can last for the maximum duration of the role', async () => {
    const { Credentials } = await send(await aws.issuer.token({ tenant: 'acme' }), { DurationSeconds: 43_200 });
    expect(Credentials?.Expiration?.getTime()).toBeGreaterThan(now + 43_000_000);
    expect(await outcome(await aws.issuer.token({ tenant: 'acme' }), { DurationSeconds: 43_201 })).toBe('ValidationError');
  });

  it('is denied unless the trust policy allows the issuer, the subject, and the tags of the token', async () => {
    const token = await aws.issuer.token({ tenant: 'acme' });
    for (const RoleArn of [CLOSED, ANYONE, 'arn:aws:iam::000000000000:role/Unknown'])
      expect(await outcome(token, { RoleArn })).toBe('AccessDenied');
    expect(await outcome(await aws.issuer.token({ tenant: 'acme', claims: { sub: 'stranger' } }))).toBe('AccessDenied');
    const tagged = await aws.issuer.token({ tenant: 'acme', claims: tenantTags({ tenant: ['acme'] }) });
    expect(await outcome(token, { RoleArn: TAGLESS })).toBe('allowed');
    expect(await outcome(tagged, { RoleArn: TAGLESS })).toBe('AccessDenied');
  });

  it('verifies the tokens of each identity provider with its own keys only', async () => {
    const of = (iss: string): SignJWT =>
      new SignJWT({ iss, aud: 'app', sub: 'x', iat: Math.floor(now / 1000), exp: Math.floor(now / 1000) + 60 }).setProtectedHeader({
        alg: 'ES256',
        kid: 'other',
      });
    expect(await outcome(await of(OTHER_ISSUER).sign(otherKey.privateKey))).toBe('allowed');
    expect(await outcome(await of(aws.issuer.url).sign(otherKey.privateKey))).toBe('InvalidIdentityTokenException');
    expect(await outcome(await of('https://login.example.com/realm/').sign(otherKey.privateKey))).toBe('InvalidIdentityTokenException');
    const stranger = await generateKeyPair('ES256');
    expect(await outcome(await of(OTHER_ISSUER).sign(stranger.privateKey))).toBe('InvalidIdentityTokenException');
  });

  it('returns IDPCommunicationError if the discovery document cannot be fetched', async () => {
    const unreachable = 'http://127.0.0.1:9/realm';
    const other = await start({ identityProviders: [{ url: unreachable, audiences: ['app'] }] });
    try {
      const token = await new SignJWT({ iss: unreachable, aud: 'app', sub: 'x' })
        .setProtectedHeader({ alg: 'ES256' })
        .sign(otherKey.privateKey);
      const sent = stsClient(other).send(
        new AssumeRoleWithWebIdentityCommand({ RoleArn: ROLE, RoleSessionName: 'acme', WebIdentityToken: token }),
      );
      await expect(sent).rejects.toMatchObject({ name: 'IDPCommunicationErrorException' });
    } finally {
      await other.close();
    }
  });

  it.each([
    ['names another issuer', (url: string) => ({ issuer: `${url}/other`, jwks_uri: `${url}/jwks` })],
    ['names no keys', (url: string) => ({ issuer: url })],
    ['is not an object', () => null],
  ])('returns IDPCommunicationError if the discovery document %s', async (_, document) => {
    const server = createServer((_request, response) => response.end(JSON.stringify(document(url))));
    const url = await listen(server, 0);
    const other = await start({ identityProviders: [{ url, audiences: ['app'] }] });
    try {
      const claims = { iss: url, aud: 'app', sub: 'x', iat: Math.floor(now / 1000), exp: Math.floor(now / 1000) + 60 };
      const token = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(otherKey.privateKey);
      const sent = stsClient(other).send(
        new AssumeRoleWithWebIdentityCommand({ RoleArn: ROLE, RoleSessionName: 'acme', WebIdentityToken: token }),
      );
      await expect(sent).rejects.toMatchObject({ name: 'IDPCommunicationErrorException' });
    } finally {
      await other.close();
      await close(server);
    }
  });

  it('fetches the keys of a provider from the URL in its discovery document', async () => {
    const other = await start({ identityProviders: [{ url: aws.issuer.url, audiences: [aws.issuer.audience] }] });
    try {
      const token = await aws.issuer.token({ tenant: 'acme' });
      const sent = stsClient(other).send(
        new AssumeRoleWithWebIdentityCommand({ RoleArn: ROLE, RoleSessionName: 'acme', WebIdentityToken: token }),
      );
      await expect(sent).rejects.toMatchObject({ name: 'AccessDenied' });
    } finally {
      await other.close();
    }
  });

  it('is refused if the token has expired', async () => {
    const token = await aws.issuer.token({ tenant: 'acme', expiresInSeconds: 60 });
    now += 61_000;
    expect(await outcome(token)).toBe('ExpiredTokenException');
  });

  it.each([
    ['another audience', { aud: 'other' }],
    ['two audiences', { aud: ['tenant-aws', 'other'] }],
    ['another client', { azp: 'other' }],
    ['no audience', { aud: undefined }],
    ['no subject', { sub: undefined }],
    ['no expiry', { exp: undefined }],
    ['no time of issue', { iat: undefined }],
    ['a timestamp that is not an integer', { iat: 1.5 }],
    ['another issuer', { iss: 'https://evil.example' }],
    ['no issuer', { iss: undefined }],
    ['tags that are a string', { [TAGS_CLAIM]: 'tenant=acme' }],
    ['tags that are an array', { [TAGS_CLAIM]: [] }],
    ['tags that are null', { [TAGS_CLAIM]: null }],
    ['a tag whose value is not an array', tenantTags({ tenant: 'acme' })],
    ['a tag with two values', tenantTags({ tenant: ['acme', 'globex'] })],
    ['a tag without a value', tenantTags({ tenant: [] })],
    ['transitive keys that are not an array', tenantTags({ tenant: ['acme'] }, 'tenant')],
    ['an unknown member in the tags claim', { [TAGS_CLAIM]: { principal_tags: {}, extra: 1 } }],
    ['a source identity that is not a string', { 'https://aws.amazon.com/source_identity': ['alice'] }],
  ])('is refused with %s', async (_, claims) => {
    expect(await outcome(await aws.issuer.token({ tenant: 'acme', claims }))).toBe('InvalidIdentityTokenException');
  });

  it.each(['x.y.z', 'eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.', 'a'.repeat(50)])('is refused with the token %j', async (token) => {
    expect(await outcome(token)).toBe('InvalidIdentityTokenException');
  });

  it('is refused with a forged, unsigned or altered token', async () => {
    const [header = '', payload = '', signature = ''] = (await aws.issuer.token({ tenant: 'acme' })).split('.');
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims: Record<string, unknown> = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const altered = encode({ ...claims, sub: 'user-of-globex' });
    for (const token of [
      `${header}.${altered}.${signature}`,
      `${encode({ alg: 'none' })}.${payload}.`,
      `${header}.${payload}.`,
      `${encode({ alg: 'HS256' })}.${payload}.${signature}`,
    ]) {
      expect(await outcome(token)).toMatch(/InvalidIdentityTokenException|ValidationError/);
    }
  });

  it('is the only operation that requires no signature', async () => {
    for (const Action of ['AssumeRole', 'GetCallerIdentity', 'GetScopedCredentials', 'constructor']) {
      const response = await fetch(aws.url, {
        method: 'POST',
        body: new URLSearchParams({ Action, Version: '2011-06-15', RoleArn: ROLE, RoleSessionName: 'acme' }),
      });
      expect(response.status).toBe(403);
      expect(await response.text()).toContain('MissingAuthenticationToken');
    }
  });
});
