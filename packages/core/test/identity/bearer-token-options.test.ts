import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { tenantGate } from '../../src/gate.ts';
import { bearerToken } from '../../src/identity/bearer-token.ts';
import { type BearerTokenOptions, readBearerTokenOptions } from '../../src/identity/bearer-token-options.ts';
import { fakeSts } from '../../src/testing/fake-sts.ts';
import { TokenVendingMachine } from '../../src/token-vending-machine.ts';
import { faultsIn } from '../configuration/faults-in.ts';
import { signingPair } from './issuer-under-test.ts';

const rsa = signingPair('rsa');
const ec = signingPair('ec', 'ES256');
const pem = (key: typeof rsa.publicKey): string => key.export({ type: 'spki', format: 'pem' }).toString();
const withExponent = (e: string): typeof rsa.publicKey => createPublicKey({ key: { ...rsa.jwk, e }, format: 'jwk' });
const good: BearerTokenOptions = { issuer: 'https://issuer.example/pool', audience: 'notes' };

afterEach(() => vi.unstubAllEnvs());

/** The faults of options that plain JavaScript may pass. */
function faultsOf(options: unknown): readonly string[] {
  return faultsIn(() => bearerToken(options as BearerTokenOptions));
}

describe('the options of bearerToken', () => {
  it('have defaults', () => {
    expect(readBearerTokenOptions(good)).toEqual({
      issuer: 'https://issuer.example/pool',
      audience: ['notes'],
      keys: 'discovery',
      algorithms: ['RS256'],
      tenant: { name: 'custom:tenant_id', read: expect.any(Function), choose: undefined },
      authorizedParties: [],
      tokenFrom: undefined,
      tokenUse: undefined,
      clockToleranceSeconds: 5,
      tokenCache: { max: 10_000, maxAgeMs: 300_000 },
    });
  });

  it('are read', () => {
    const options: BearerTokenOptions = {
      issuer: 'accounts',
      audience: ['notes', 'admin'],
      jwksUri: 'http://localhost:1/keys',
      algorithms: ['ES256', 'ES384'],
      tenantClaim: ['org', 'id'],
      tokenUse: 'access',
      clockToleranceSeconds: 0,
      tokenCache: { max: 0, maxAgeMs: 1 },
    };
    expect(readBearerTokenOptions(options)).toEqual({
      issuer: 'accounts',
      audience: ['notes', 'admin'],
      keys: { jwksUri: new URL('http://localhost:1/keys') },
      algorithms: ['ES256', 'ES384'],
      tenant: { name: 'org.id', read: expect.any(Function), choose: undefined },
      authorizedParties: [],
      tokenFrom: undefined,
      tokenUse: 'access',
      clockToleranceSeconds: 0,
      tokenCache: { max: 0, maxAgeMs: 1 },
    });
    expect(readBearerTokenOptions({ ...good, tenant: 'acme' }).tenant).toEqual({ fixed: 'acme' });
  });

  it('are all checked before an error is thrown', () => {
    const faults = faultsOf({
      issuer: '',
      audience: [],
      algorithms: ['RS256', 'ES256'],
      tenantClaim: [],
      tokenUse: 'refresh',
      clockToleranceSeconds: 61,
      tokenCache: { max: -1, maxAge: 1 },
      audiences: ['notes'],
    });
    expect(faults).toEqual([
      '`audiences` is not an option: did you mean `audience`?',
      expect.stringMatching(/^`issuer` is required/),
      expect.stringMatching(/^`audience` is required/),
      "`tokenUse` must be 'id' or 'access'",
      '`clockToleranceSeconds` must be a whole number of at least 0 and at most 60, not 61',
      '`algorithms` must be of one family (RS, PS, ES or HS), and RS256, ES256 are not',
      '`tenantClaim` must be the name of a claim, or an array of names that is its path',
      '`tokenCache.maxAge` is not an option: did you mean `tokenCache.maxAgeMs`?',
      '`tokenCache.max` must be a whole number of at least 0 and at most 1000000, not -1',
    ]);
  });

  it.each([
    [undefined, 'the options of `bearerToken` must be an object'],
    [null, 'the options of `bearerToken` must be an object'],
    ['https://issuer.example', 'the options of `bearerToken` must be an object'],
    [{ ...good, issuer: 7 }, '`issuer` is required'],
    [{ ...good, issuer: ['https://issuer.example'] }, '`issuer` is required'],
    [{ ...good, audience: undefined }, '`audience` is required'],
    [{ ...good, audience: '' }, '`audience` is required'],
    [{ ...good, audience: ['notes', ''] }, '`audience` is required'],
    [{ ...good, audience: /notes/ }, '`audience` is required'],
    [
      { ...good, issuer: 'accounts' },
      '`issuer` must be a URL without whitespace, because without `jwksUri` its discovery document is fetched',
    ],
    [{ ...good, issuer: 'http://issuer.example' }, '`issuer` must be https'],
    [{ ...good, issuer: 'https://user:pass@issuer.example' }, '`issuer` must have no user name'],
    [{ ...good, issuer: 'https://issuer.example?pool=1' }, '`issuer` must have no query'],
    [{ ...good, issuer: 'https://issuer.example#' }, '`issuer` must have no query'],
    [{ ...good, issuer: ' https://issuer.example' }, '`issuer` must be a URL without whitespace'],
    [{ ...good, issuer: 'https://issuer.example ' }, '`issuer` must be a URL without whitespace'],
    [{ ...good, issuer: 'https://issuer.example\n' }, '`issuer` must be a URL without whitespace'],
    [{ ...good, issuer: 'https://issuer.example\0' }, '`issuer` must be a URL without whitespace'],
    [{ ...good, issuer: 'https://issu\ter.example' }, '`issuer` must be a URL without whitespace'],
    [{ ...good, issuer: 'https://issuer.example/a b' }, '`issuer` must be a URL without whitespace'],
    [{ ...good, issuer: 'https://issuer.example\u00a0' }, '`issuer` must be a URL without whitespace'],
    [{ ...good, issuer: ' ' }, '`issuer` must be a URL without whitespace'],
    [{ ...good, issuer: 'https://' }, '`issuer` must be a URL'],
    [{ ...good, issuer: 'https://[::1' }, '`issuer` must be a URL'],
    [{ ...good, issuer: 'https://issuer.example:port' }, '`issuer` must be a URL'],
    [{ ...good, issuer: ' accounts', jwksUri: 'https://issuer.example/keys' }, '`issuer` must not begin or end with whitespace'],
    [{ ...good, issuer: 'accounts\n', secretOrKey: pem(rsa.publicKey) }, '`issuer` must not begin or end with whitespace'],
    [{ ...good, jwksUri: 'https://issuer.example/keys ' }, '`jwksUri` must be a URL without whitespace'],
    [{ ...good, jwksUri: 'https://issuer.example/ke ys' }, '`jwksUri` must be a URL without whitespace'],
    [[good, { ...good, issuer: 'https://two.example ' }], '`[1].issuer` must be a URL without whitespace'],
    [{ ...good, jwksUri: 'http://issuer.example/keys' }, '`jwksUri` must be https'],
    [{ ...good, jwksUri: 'keys' }, '`jwksUri` must be a URL'],
    [{ ...good, jwksUri: 7 }, '`jwksUri` must be a URL'],
    [{ ...good, algorithms: [] }, '`algorithms` is empty'],
    [{ ...good, algorithms: 'EdDSA' }, '`algorithms` has EdDSA, which is not supported'],
    [{ ...good, algorithms: ['RS256', 'EdDSA'] }, '`algorithms` has EdDSA, which is not supported'],
    [{ ...good, algorithms: ['none'] }, "`algorithms` has 'none': unsigned tokens are never accepted"],
    [{ ...good, algorithms: ['rs256'] }, "`algorithms` has 'rs256', which is not one of"],
    [{ ...good, algorithms: [256] }, '`algorithms` has a number'],
    [{ ...good, algorithms: ['RS256', 'PS256'] }, '`algorithms` must be of one family'],
    [{ ...good, algorithms: ['HS256'] }, '`algorithms` has HS256, which needs `secretOrKey`'],
    [{ ...good, algorithms: ['HS256'], jwksUri: 'https://issuer.example/keys' }, '`algorithms` has HS256, which needs `secretOrKey`'],
    [
      { ...good, jwksUri: 'https://issuer.example/keys', secretOrKey: pem(rsa.publicKey) },
      '`secretOrKey` and `jwksUri` exclude each other',
    ],
    [{ ...good, tenant: 'acme', tenantClaim: 'org_id' }, '`tenant` and `tenantClaim` exclude each other'],
    [{ ...good, tenant: '' }, '`tenant` must be a tenant id'],
    [{ ...good, tenant: '*' }, '`tenant` must be a tenant id'],
    [{ ...good, tenant: null }, '`tenant` must be a tenant id'],
    [{ ...good, tenantClaim: '' }, '`tenantClaim` must be the name of a claim'],
    [{ ...good, tenantClaim: ['org', 7] }, '`tenantClaim` must be the name of a claim'],
    [{ ...good, clockToleranceSeconds: Number.NaN }, '`clockToleranceSeconds` must be a whole number'],
    [{ ...good, clockToleranceSeconds: '5' }, '`clockToleranceSeconds` must be a whole number'],
    [{ ...good, tokenCache: false }, '`tokenCache` must be an object'],
    [{ ...good, tokenCache: { max: 1.5 } }, '`tokenCache.max` must be a whole number'],
    [{ ...good, tokenCache: { maxAgeMs: Infinity } }, '`tokenCache.maxAgeMs` must be a whole number'],
    [{ ...good, ignoreExpiration: true }, '`ignoreExpiration` is not an option'],
    [{ ...good, tenantclaim: 'org_id' }, '`tenantclaim` is not an option: did you mean `tenantClaim`?'],
    [[], '`bearerToken` needs at least one issuer'],
    [[good, good], '`issuer` https://issuer.example/pool is given twice'],
    [[good, { ...good, issuer: 'http://issuer.example' }], '`[1].issuer` must be https'],
    [
      [good, { ...good, issuer: 'https://two.example', audiences: 'notes' }],
      '`[1].audiences` is not an option: did you mean `[1].audience`?',
    ],
    [[good, undefined], '`[1]` must be an object'],
  ])('refuse %j', (options, fault) => {
    expect(faultsOf(options)).toEqual([expect.stringContaining(fault)]);
  });

  it.each([' https://issuer.example ', 'https://issuer.example\n', 'issuer.example'])(
    'name the environment variable of the issuer %j',
    (issuer) => {
      vi.stubEnv('TENANT_AWS_JWT_ISSUER', issuer);
      vi.stubEnv('TENANT_AWS_JWT_AUDIENCE', 'notes');

      const tvm = new TokenVendingMachine({
        roleArn: 'arn:aws:iam::000000000000:role/TenantAccess',
        permissions: [{ template: 's3-folder-per-tenant', variables: { bucket: 'notes' } }],
        sts: fakeSts(),
      });

      const faults = faultsIn(() => tenantGate({ tvm }));

      expect(faults).toEqual([expect.stringContaining('`TENANT_AWS_JWT_ISSUER` must be a URL')]);
    },
  );

  it.each([
    ['a public key in PEM', { secretOrKey: pem(rsa.publicKey) }],
    ['a public key in a Buffer', { secretOrKey: Buffer.from(pem(rsa.publicKey)) }],
    ['a public KeyObject', { secretOrKey: rsa.publicKey }],
    ['an EC key for its curve', { secretOrKey: pem(ec.publicKey), algorithms: ['ES256'] }],
    ['an RSA key for PS256', { secretOrKey: rsa.publicKey, algorithms: ['PS256', 'PS512'] }],
    ['a secret of 32 bytes for HS256', { secretOrKey: randomBytes(32), algorithms: ['HS256'] }],
    ['a secret of 64 characters for HS512', { secretOrKey: 'a'.repeat(64), algorithms: ['HS512'] }],
  ])('accept %s', (_, options) => {
    expect(faultsOf({ ...good, issuer: 'accounts', ...options })).toEqual([]);
  });

  it.each([
    ['an EC key for RS256', { secretOrKey: ec.publicKey }, 'does not fit `algorithms`: RS256 needs an RSA key'],
    ['an RSA key for ES256', { secretOrKey: rsa.publicKey, algorithms: ['ES256'] }, 'ES256 needs an EC key on the curve prime256v1'],
    ['an EC key of another curve', { secretOrKey: ec.publicKey, algorithms: ['ES384'] }, 'ES384 needs an EC key on the curve secp384r1'],
    ['an Ed25519 key', { secretOrKey: generateKeyPairSync('ed25519').publicKey }, 'needs an RSA key, not one of type ed25519'],
    [
      'an RSA-PSS key',
      { secretOrKey: generateKeyPairSync('rsa-pss', { modulusLength: 2_048 }).publicKey, algorithms: ['PS256'] },
      'not one of type rsa-pss',
    ],
    ['an RSA key of 1,024 bits', { secretOrKey: generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey }, 'of at least 2048 bits'],
    [
      'an RSA key with the exponent 1',
      { secretOrKey: withExponent('AQ') },
      'RS256 needs an RSA key whose public exponent is odd, above 2^16 and below 2^256',
    ],
    ['an RSA key with the exponent 1 in PEM', { secretOrKey: pem(withExponent('AQ')) }, 'needs an RSA key whose public exponent is odd'],
    ['an RSA key with the exponent 3', { secretOrKey: withExponent('Aw') }, 'needs an RSA key whose public exponent is odd'],
    ['an RSA key with an even exponent', { secretOrKey: pem(withExponent('AQAC')) }, 'needs an RSA key whose public exponent is odd'],
    ['a private KeyObject', { secretOrKey: rsa.privateKey }, 'needs a public key, not a private key'],
    ['a private key in PEM', { secretOrKey: rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }) }, 'is a private key'],
    ['a public KeyObject for HS256', { secretOrKey: rsa.publicKey, algorithms: ['HS256'] }, 'HS256 needs a shared secret, not a key pair'],
    ['a secret that is too short', { secretOrKey: 'a'.repeat(31), algorithms: ['HS256'] }, 'HS256 needs a secret of at least 32 bytes'],
    ['an empty secret', { secretOrKey: '', algorithms: ['HS256'] }, 'HS256 needs a secret of at least 32 bytes'],
    [
      'a secret that is too short for one of two',
      { secretOrKey: 'a'.repeat(32), algorithms: ['HS256', 'HS384'] },
      'HS384 needs a secret of at least 48 bytes',
    ],
    ['a secret for RS256', { secretOrKey: 'canary'.repeat(10) }, 'is not a public key in PEM'],
    ['an empty key', { secretOrKey: '' }, 'is not a public key in PEM'],
    ['a key that is a number', { secretOrKey: 7 }, 'must be a string, a Buffer or a KeyObject'],
  ])('refuse %s', (_, options, fault) => {
    const faults = faultsOf({ ...good, ...options });
    expect(faults).toEqual([
      expect.stringContaining(`\`secretOrKey\` ${fault.startsWith('is ') || fault.startsWith('must') ? fault : ''}`),
    ]);
    expect(faults[0]).toContain(fault);
    expect(faults[0]).not.toContain('canary');
  });
});
