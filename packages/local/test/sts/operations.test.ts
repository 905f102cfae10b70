import { readFileSync } from 'node:fs';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { readRoles } from '../../src/options.ts';
import type { Operation, VerifiedRequest } from '../../src/services/service.ts';
import { longTermKeys, Sessions } from '../../src/sessions.ts';
import { identityProvider } from '../../src/sts/identity-provider.ts';
import { issueSession } from '../../src/sts/issue-session.ts';
import { STS_OPERATIONS, stsService } from '../../src/sts/operations.ts';
import type { TrustStatement } from '../../src/sts/trust.ts';
import { baseUser } from '../../src/users.ts';
import { POOL_ROLE, ROLE_ARN } from '../start-aws.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const PROVIDER = 'login.example.com';
const WEB_ACTION = 'sts:AssumeRoleWithWebIdentity';
const ASSUMPTION = { RoleArn: ROLE_ARN, RoleSessionName: 'acme' };
const CARRIED_CLAIMS = {
  'https://aws.amazon.com/tags': { principal_tags: { tenant: ['acme'] }, transitive_tag_keys: ['tenant'] },
  'https://aws.amazon.com/source_identity': 'alice',
};

let keys: Awaited<ReturnType<typeof generateKeyPair>>;
beforeAll(async () => {
  keys = await generateKeyPair('ES256');
});

/** Parses a request as the service does, without its signature. Web identity requests are checked against `trust`. */
async function parse(Action: string, parameters: Record<string, string>, trust?: TrustStatement): Promise<Operation> {
  const clock = () => NOW;
  const sessions = new Sessions(clock);
  const base = baseUser('000000000000', longTermKeys());
  sessions.add(base);
  const options = { ...POOL_ROLE, ...(trust && { trust: { Version: '2012-10-17', Statement: trust } as const }) };
  const { roles } = readRoles({ [ROLE_ARN]: options }, { url: 'http://127.0.0.1', audience: 'app' });
  const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), alg: 'ES256' }] };
  const provider = identityProvider({ url: `https://${PROVIDER}`, audiences: ['app'], jwks });
  const service = stsService({ roles, sessions, baseArn: base.arn, clock, providers: new Map([[provider.url, provider]]) });
  const role = roles.get(ROLE_ARN);
  if (!role) throw new Error('the role is missing');
  const tags = { requested: new Map(), all: new Map(), transitive: new Set<string>() };
  const session = issueSession({ role, name: 'acme', seconds: 900, tags, minimumTokenSize: 0 }, { sessions, clock });
  const caller = Action === 'GetScopedCredentials' ? session : base;
  const request: VerifiedRequest = {
    method: 'POST',
    rawPath: '/',
    query: new Map(),
    headers: new Map([['content-type', 'application/x-www-form-urlencoded']]),
    body: Buffer.from(new URLSearchParams({ Version: '2011-06-15', Action, ...parameters }).toString()),
    trailers: new Map(),
    requestId: 'request',
    caller: { accessKeyId: caller.keys.accessKeyId, arn: caller.arn, account: caller.account, region: 'us-east-1', context: {} },
    signature: { presigned: false, signedAt: new Date(NOW) },
    now: new Date(NOW),
    gone: new AbortController().signal,
    allowed: () => true,
  };
  return trust && service.parseUnsigned ? service.parseUnsigned(request) : service.parse(request);
}

function token(claims: JWTPayload = {}): Promise<string> {
  const registered = { iss: `https://${PROVIDER}`, aud: 'app', sub: 'alice', iat: NOW / 1000, exp: NOW / 1000 + 60 };
  return new SignJWT({ ...registered, ...claims }).setProtectedHeader({ alg: 'ES256' }).sign(keys.privateKey);
}

/** Whether a role whose trust policy has these actions, and this condition, can be assumed with a token. */
async function isTrusted(actions: readonly string[], claims: JWTPayload, Condition: TrustStatement['Condition'] = {}): Promise<boolean> {
  const Federated = `arn:aws:iam::000000000000:oidc-provider/${PROVIDER}`;
  const trust: TrustStatement = { Effect: 'Allow', Principal: { Federated }, Action: [...actions], Condition };
  const operation = await parse('AssumeRoleWithWebIdentity', { ...ASSUMPTION, WebIdentityToken: await token(claims) }, trust);
  return operation.agrees?.() ?? false;
}

function declared(name: string) {
  const row = STS_OPERATIONS.find(({ operation }) => operation === name);
  if (!row) throw new Error(`there is no operation ${name}`);
  const further = (row.furtherActions ?? []).map(([action]) => action);
  return { actions: row.actions, all: [...row.actions, ...further], conditionKeys: row.conditionKeys ?? [] };
}

describe('the permissions that an STS operation declares', () => {
  const everything = {
    ...ASSUMPTION,
    'Tags.member.1.Key': 'tenant',
    'Tags.member.1.Value': 'acme',
    'TransitiveTagKeys.member.1': 'tenant',
    SourceIdentity: 'alice',
    ExternalId: 'external',
  };

  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['AssumeRole', ASSUMPTION, everything],
    ['GetCallerIdentity', {}, {}],
    ['GetScopedCredentials', { DurationSeconds: '60' }, { DurationSeconds: '60' }],
  ])('are those that %s checks in policies', async (name, least, most) => {
    const { actions, all, conditionKeys } = declared(name);
    expect((await parse(name, least)).authorize.map(({ action }) => action)).toEqual(actions);
    const { authorize } = await parse(name, most);
    expect(authorize.map(({ action }) => action)).toEqual(all);
    const keys = new Set(authorize.flatMap(({ context }) => Object.keys(context)));
    keys.delete('aws:ResourceAccount'); // a global condition key
    expect([...keys].map((key) => key.replace('/tenant', '/*')).toSorted()).toEqual(conditionKeys.toSorted());
  });

  it('are those that AssumeRoleWithWebIdentity checks in the trust policy', async () => {
    const { actions, all, conditionKeys } = declared('AssumeRoleWithWebIdentity');
    expect(actions).toEqual([WEB_ACTION]);
    expect(await isTrusted(actions, {})).toBe(true);
    expect(await isTrusted(all, CARRIED_CLAIMS)).toBe(true);
    for (const action of all)
      expect(
        await isTrusted(
          all.filter((other) => other !== action),
          CARRIED_CLAIMS,
        ),
        action,
      ).toBe(false);
    for (const key of conditionKeys) {
      const present = key.replace('*', 'tenant').replace('<provider>', PROVIDER);
      expect(await isTrusted(all, CARRIED_CLAIMS, { Null: { [present]: 'false' } }), key).toBe(true);
    }
  });

  it('are listed in README.md', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    for (const { operation } of STS_OPERATIONS) {
      const [, permissions = ''] = new RegExp(`^\\| ${operation} +\\|([^|]*)\\|`, 'm').exec(readme) ?? [];
      expect(permissions.match(/sts:\w+/g) ?? [], operation).toEqual(declared(operation).all);
    }
  });
});
