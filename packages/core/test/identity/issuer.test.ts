import { describe, expect, it } from 'vitest';
import { freshFixture } from '../../../../test/support/fixture.ts';
import type { Clock } from '../../src/clock.ts';
import { discoveredAddress, discoveryUrl, readKeySetUrl } from '../../src/identity/issuer.ts';
import { IssuerUnderTest, sendJson } from './issuer-under-test.ts';

const issuer = freshFixture(
  () => IssuerUnderTest.start(),
  (started) => started.close(),
);
let wall = 0;
const clock: Clock = { now: () => ({ wall, monotonic: 0 }) };
const signal = new AbortController().signal;

describe('discoveryUrl', () => {
  it('appends to the path of the issuer, with or without a trailing slash', () => {
    expect(discoveryUrl('https://x.example/pool').href).toBe('https://x.example/pool/.well-known/openid-configuration');
    expect(discoveryUrl('https://x.example/').href).toBe('https://x.example/.well-known/openid-configuration');
  });
});

describe('readKeySetUrl', () => {
  it('accepts a loopback address for an issuer on loopback only', () => {
    const document = (named: string): object => ({ issuer: named, jwks_uri: 'http://127.0.0.1:1/keys' });
    const local = 'http://localhost:2';
    expect(readKeySetUrl(local, discoveryUrl(local), document(local)).href).toBe('http://127.0.0.1:1/keys');
    const remote = 'https://issuer.example';
    expect(() => readKeySetUrl(remote, discoveryUrl(remote), document(remote))).toThrow('must be https');
  });
});

describe('discoveredAddress', () => {
  it('returns the `jwks_uri` of the discovery document', async () => {
    await expect(discoveredAddress(issuer.url, clock).locate(signal)).resolves.toEqual(new URL(issuer.jwksUri));
  });

  it('fetches the document once an hour, and again after `forget`', async () => {
    const address = discoveredAddress(issuer.url, clock);
    await address.locate(signal);
    wall += 3_599_999;
    await address.locate(signal);
    expect(issuer.fetches.discovery).toBe(1);
    wall += 1;
    await address.locate(signal);
    expect(issuer.fetches.discovery).toBe(2);
    address.forget();
    await address.locate(signal);
    expect(issuer.fetches.discovery).toBe(3);
  });

  it.each([
    ['another', 'https://another.example'],
    ['a slightly different', undefined],
    ['no', null],
  ])('refuses a document that names %s issuer', async (_, named) => {
    issuer.respondDiscovery = (_request, response) =>
      sendJson(response, { issuer: named === undefined ? `${issuer.url}/` : named, jwks_uri: issuer.jwksUri });
    await expect(discoveredAddress(issuer.url, clock).locate(signal)).rejects.toThrow('names another `issuer` than the configured one');
  });

  it.each([
    [(url: string) => `${url}/`, 'add a slash at the end of `issuer` (`TENANT_AWS_JWT_ISSUER`)'],
    [(url: string) => url.slice(0, -1), ''],
    [() => ({ toString: 1 }), ''],
  ])('says so if only a slash differs: %s', async (named, hint) => {
    issuer.respondDiscovery = (_request, response) => sendJson(response, { issuer: named(issuer.url), jwks_uri: issuer.jwksUri });
    await expect(discoveredAddress(issuer.url, clock).locate(signal)).rejects.toThrow(
      new RegExp(`names another \`issuer\` than the configured one${hint === '' ? '' : `: ${hint.replace(/[()]/g, '\\$&')}`}$`),
    );
  });

  it('says so if the issuer is configured with a slash too much', () => {
    const configured = 'https://x.example/pool/';
    const document = { issuer: 'https://x.example/pool', jwks_uri: 'https://x.example/keys' };
    expect(() => readKeySetUrl(configured, discoveryUrl(configured), document)).toThrow('remove the slash at the end of `issuer`');
  });

  it.each([undefined, null, 7, '', '/keys', ['https://x.example']])('refuses the `jwks_uri` %j', async (keys) => {
    issuer.respondDiscovery = (_request, response) => sendJson(response, { issuer: issuer.url, jwks_uri: keys });
    await expect(discoveredAddress(issuer.url, clock).locate(signal)).rejects.toThrow('has no valid `jwks_uri`');
  });

  it.each([
    'http://keys.example/jwks',
    'http://10.0.0.1/jwks',
    'http://169.254.169.254/jwks',
    'http://127.0.0.1.example/',
    'file:///etc/keys',
    'data:application/json,{}',
  ])('refuses the address %s', async (keys) => {
    issuer.respondDiscovery = (_request, response) => sendJson(response, { issuer: issuer.url, jwks_uri: keys });
    await expect(discoveredAddress(issuer.url, clock).locate(signal)).rejects.toThrow('must be https');
  });

  it('refuses an address with a password, and does not quote it', async () => {
    issuer.respondDiscovery = (_request, response) =>
      sendJson(response, { issuer: issuer.url, jwks_uri: 'https://user:canary@keys.example/' });
    const refusal = await discoveredAddress(issuer.url, clock)
      .locate(signal)
      .catch((error: unknown) => String(error));
    expect(refusal).toContain('must have no user name and no password');
    expect(refusal).not.toContain('canary');
  });

  it.each([null, 7, 'text', []])('refuses %j, which is not a discovery document', async (document) => {
    issuer.respondDiscovery = (_request, response) => sendJson(response, document);
    await expect(discoveredAddress(issuer.url, clock).locate(signal)).rejects.toThrow('names another `issuer`');
  });
});
