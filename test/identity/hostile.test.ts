import crypto, { generateKeyPairSync, randomUUID } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { albOidc, bearerToken, clientCertificate, type IdentitySource, trustedHeader } from '@tenant-aws/core';
import { hostileTenantIds, hostileTokens } from '@tenant-aws/core/testing';
import { problemDetails } from '@tenant-aws/express';
import express from 'express';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { AlbUnderTest, claimsOf, headerOf, loadBalancerArn, signed } from '../../packages/core/test/identity/alb-under-test.ts';
import { Authority, type Subject } from '../../packages/core/test/identity/certificates.ts';
import { IssuerUnderTest, signingPair } from '../../packages/core/test/identity/issuer-under-test.ts';
import { createMiddleware } from '../../packages/express/test/application.ts';
import { notesAws } from '../support/local-aws-per-file.ts';

interface Hostile {
  readonly name: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly status: 401 | 403 | 503;
  readonly codes: readonly string[];
}

const aws = notesAws();
const pair = signingPair('a');
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
let issuer: IssuerUnderTest;
let alb: AlbUnderTest;
let authority: Authority;
beforeAll(async () => {
  [issuer, alb, authority] = await Promise.all([IssuerUnderTest.start(pair), AlbUnderTest.start(), Authority.create()]);
});
afterAll(() => Promise.all([issuer.close(), alb.close()]));

/** Every verification of a signature, by jsonwebtoken (`createVerify`, `createHmac`) or by this package (`verify`). */
let verifications = 0;
beforeEach(() => {
  verifications = 0;
  for (const name of ['createVerify', 'verify'] as const) {
    const original = crypto[name] as (...args: unknown[]) => unknown;
    vi.spyOn(crypto, name).mockImplementation((...args: unknown[]) => {
      verifications += 1;
      return original(...args) as never;
    });
  }
  syncBuiltinESMExports();
});
afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

const fetches = (): number => issuer.fetches.keys + issuer.fetches.discovery + alb.fetches.length;
const header = (value: unknown): value is string => typeof value === 'string' && value !== '' && /^[\x21-\x7e]+$/.test(value);

/** Sends every request to an Express application, and returns what they cost together. */
async function refuseAll(identity: IdentitySource, hostile: readonly Hostile[]): Promise<{ verifications: number; fetches: number }> {
  let handled = 0;
  const app = express()
    .use(createMiddleware({ identity, logger: false, eager: true }))
    .use((_req, res) => {
      handled += 1;
      res.end();
    })
    .use(problemDetails());
  const before = fetches();
  for (const { name, headers, status, codes } of hostile) {
    const sent = request(app).get('/');
    for (const [field, value] of Object.entries(headers)) void sent.set(field, value as string);
    const response = await sent;
    expect([name, response.status, codes.includes(response.body.code)]).toEqual([name, status, true]);
  }
  expect(aws.calls.filter(({ operation }) => operation === 'AssumeRole')).toEqual([]);
  expect(handled).toBe(0);
  return { verifications, fetches: fetches() - before };
}

const invalid = (name: string, headers: Hostile['headers']): Hostile => ({ name, headers, status: 401, codes: ['token_invalid'] });
const tenant = (name: string, headers: Hostile['headers']): Hostile => ({
  name,
  headers,
  status: 403,
  codes: ['tenant_invalid', 'tenant_missing'],
});
const count = { bearer: 0, header: 0, certificate: 0, alb: 0 };

it('refuses hostile bearer tokens', async () => {
  const trusted = { issuer: issuer.url, audience: issuer.audience, privateKey: pair.privateKey, keyId: 'a' };
  const tokens = Object.entries(hostileTokens).map(([name, forge]) => invalid(name, { authorization: `Bearer ${forge(trusted)}` }));
  const tenants = await Promise.all(
    hostileTenantIds
      .filter((id) => typeof id !== 'string' || !/^[\x21-\x7e]{1,64}$/.test(id) || /[*?${}"\\]/.test(id))
      .filter((id) => JSON.stringify(id).length < 1_000 && !JSON.stringify(id).includes('\\ud'))
      .filter((id) => id !== 'a'.repeat(65))
      .map(async (id) => tenant(String(id), { authorization: `Bearer ${await issuer.token(pair, { 'custom:tenant_id': id })}` })),
  );
  const unknownKeys = await Promise.all(
    Array.from({ length: 20 }, async () =>
      invalid('an unknown key', { authorization: `Bearer ${await issuer.token(pair, {}, { kid: randomUUID() })}` }),
    ),
  );
  const hostile = [...tokens, ...tenants, ...unknownKeys];
  count.bearer = hostile.length;
  const cost = await refuseAll(bearerToken(issuer.options), hostile);

  // Discovery document and key set once, and the key set once more for all unknown key ids.
  expect(cost.fetches).toBeLessThanOrEqual(3);
  // A token costs one verification at most, and malformed tokens cost none.
  expect(cost.verifications).toBeGreaterThanOrEqual(tenants.length);
  expect(cost.verifications).toBeLessThanOrEqual(tenants.length + 20);
});

it('refuses hostile tokens of a load balancer', async () => {
  const send = (name: string, token: string | string[]): Hostile => invalid(name, { 'x-amzn-oidc-data': token });
  const withoutFetch = [
    ...Object.entries(hostileTokens).map(([name, forge]) =>
      send(name, forge({ issuer: 'https://login.example.com', audience: 'notes', privateKey: pair.privateKey, keyId: 'a' })),
    ),
    ...['none', 'HS256', 'RS256', 'ES384', 'es256', '', null, 1, ['ES256']].map((alg) =>
      send(`alg ${JSON.stringify(alg)}`, alb.token({}, { alg })),
    ),
    ...['', 'a', '..', `${randomUUID()}/x`, randomUUID().toUpperCase(), 1, null, [randomUUID()], 'https://evil.example'].map((kid) =>
      send(`kid ${JSON.stringify(kid)}`, alb.token({}, { kid })),
    ),
    ...['', null, [loadBalancerArn], loadBalancerArn.toUpperCase(), `${loadBalancerArn}0`, '*'].map((signer) =>
      send(`signer ${JSON.stringify(signer)}`, alb.token({}, { signer })),
    ),
    ...['', null, 'other', '*', 1].flatMap((value) => [
      send(`client ${value}`, alb.token({}, { client: value })),
      send(`issuer ${value}`, alb.token({}, { iss: value })),
    ]),
    ...[null, '', '9999999999', -1, 0, 1e300, true, [9_999_999_999]].map((exp) =>
      send(`exp ${JSON.stringify(exp)}`, alb.token({}, { exp })),
    ),
    send('two headers in one', `${alb.token()}, ${alb.token()}`),
    send('two headers', [alb.token(), alb.token()]),
    send('a payload that is a list', signed(JSON.stringify(headerOf()), JSON.stringify([claimsOf()]), alb.privateKey)),
  ];
  const forged = Array.from({ length: 20 }, (_, index) => send('a key of a stranger', alb.token({ index }, {}, stranger)));
  const source = albOidc(alb.options);
  expect(await refuseAll(source, withoutFetch)).toEqual({ verifications: 0, fetches: 0 });
  expect(await refuseAll(source, forged)).toEqual({ verifications: 20, fetches: 1 });
  verifications = 0;
  const unknown = Array.from({ length: 20 }, (_, index): Hostile => {
    const headers = { 'x-amzn-oidc-data': alb.token({}, { kid: randomUUID() }, stranger) };
    return index < 9 ? invalid('an unknown key', headers) : { name: 'more', headers, status: 503, codes: ['keys_unavailable'] };
  });
  expect(await refuseAll(source, unknown)).toEqual({ verifications: 0, fetches: 9 });
  count.alb = withoutFetch.length + forged.length + unknown.length;
});

it('refuses hostile headers of a proxy', async () => {
  const values = hostileTenantIds.filter(header).filter((id) => id.length > 256 || /[*?${}"\\,]/.test(id));
  const hostile = values.map((id) => tenant(id, { 'x-tenant-id': id }));
  const untrusted = Array.from(
    { length: 10 },
    (_, index): Hostile => ({
      name: 'another peer',
      headers: { 'x-tenant-id': `tenant-${index}`, 'x-forwarded-for': '192.0.2.1' },
      status: 403,
      codes: ['proxy_untrusted'],
    }),
  );
  const cost = await refuseAll(trustedHeader({ trustProxy: ['127.0.0.1', '::1'] }), hostile);
  expect(cost).toEqual({ verifications: 0, fetches: 0 });
  expect(await refuseAll(trustedHeader({ trustProxy: ['192.0.2.1'] }), untrusted)).toEqual({ verifications: 0, fetches: 0 });
  count.header = hostile.length + untrusted.length;
});

it('refuses hostile certificates', async () => {
  const subjects: readonly Subject[] = [
    ...['*', 'ACME', 'a.b', 'ac_me', '', '-acme', 'acme-'].map((label) => ({ dns: [`${label}.agents.example.com`] })),
    { dns: ['acme.agents.example.com', 'globex.agents.example.com'] },
    { dns: ['acme.agents.example.com'], notAfter: new Date(Date.now() - 1_000), notBefore: new Date(Date.now() - 60_000) },
    { dns: ['acme.agents.example.com'], notBefore: new Date(Date.now() + 60_000) },
  ];
  const send = (name: string, certificate: string, verify = 'SUCCESS'): Hostile =>
    invalid(name, { 'x-client-cert': certificate, 'x-client-verify': verify });
  const good = encodeURIComponent((await authority.issue({ dns: ['acme.agents.example.com'] })).pem);
  const issued = await Promise.all(
    subjects.map(async (subject) => send(JSON.stringify(subject), encodeURIComponent((await authority.issue(subject)).pem))),
  );
  const hostile = [
    ...issued,
    ...['%', '%ff', 'certificate', `${good}${good}`, good.slice(0, -40), good.replace('CERTIFICATE', 'PUBLIC%20KEY')].map((text) =>
      send(text, text),
    ),
    ...['NONE', 'FAILED', 'success', 'SUCCESSFUL', 'FAILED:expired', 'SUCCESS,SUCCESS'].map((verify) => send(verify, good, verify)),
  ];
  const tenantFrom = { dns: 'agents.example.com' };
  const cost = await refuseAll(clientCertificate({ tenantFrom, header: 'nginx', trustProxy: ['127.0.0.1', '::1'] }), hostile);
  expect(cost).toEqual({ verifications: 0, fetches: 0 });
  count.certificate = hostile.length;
});

it('has at least 250 hostile requests', () => {
  expect(Object.values(count).reduce((sum, each) => sum + each, 0)).toBeGreaterThanOrEqual(250);
});
