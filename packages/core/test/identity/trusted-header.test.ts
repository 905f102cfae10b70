import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IdentityRequest } from '../../src/identity/identity-source.ts';
import { type TrustedHeaderOptions, trustedHeader } from '../../src/identity/trusted-header.ts';
import { faultsIn } from '../configuration/faults-in.ts';

const secret = { header: 'x-proxy-secret', value: 'correct horse battery staple'.replaceAll(' ', '-') };
const trustProxy = ['10.0.0.0/8', '2001:db8::/32', '127.0.0.1'];

function request(headersDistinct: IdentityRequest['headersDistinct'], remoteAddress: string | undefined = '10.1.2.3'): IdentityRequest {
  return { headersDistinct, remoteAddress, raw: undefined };
}

const untrusted = expect.objectContaining({ code: 'proxy_untrusted', status: 403 });
const invalid = expect.objectContaining({ code: 'tenant_invalid', status: 403 });

describe('trustedHeader', () => {
  const source = trustedHeader({ trustProxy });

  it('reads the tenant id in the header of a trusted proxy', () => {
    const identity = source(request({ 'x-tenant-id': ['acme'] }));

    expect(identity).toEqual({ tenantId: 'acme', claims: {}, source: 'header' });
    expect(Object.isFrozen(identity)).toBe(true);
    expect(source(request({ 'x-tenant-id': ['acme'] }))).toBe(identity);
    expect(source(request({ 'x-tenant-id': ['globex'] }))).toMatchObject({ tenantId: 'globex' });
    expect(source.source).toBe('header');
  });

  it('reads another header, whose name is not case-sensitive', () => {
    expect(trustedHeader({ header: 'X-Org', trustProxy })(request({ 'x-org': ['acme'], 'x-tenant-id': ['globex'] }))).toMatchObject({
      tenantId: 'acme',
    });
  });

  it('presents nothing without the header, also for a peer that is not trusted', () => {
    expect(source(request({}, '192.0.2.1'))).toBeUndefined();
    expect(source(request({ 'x-other': ['acme'] }))).toBeUndefined();
  });

  it.each(['10.0.0.0', '10.255.255.255', '::ffff:10.0.0.1', '::FFFF:0a00:0001', '2001:db8::1', '127.0.0.1', '::ffff:127.0.0.1'])(
    'trusts the peer %s',
    (peer) => {
      expect(source(request({ 'x-tenant-id': ['acme'] }, peer))).toMatchObject({ tenantId: 'acme' });
    },
  );

  it.each([
    '11.0.0.0',
    '9.255.255.255',
    '192.0.2.1',
    '::1',
    '2001:db9::1',
    '::ffff:11.0.0.1',
    '::10.0.0.1',
    '127.0.0.2',
    '',
    'unknown',
    '/tmp/socket',
    '0x0a.0.0.1',
    '10.1',
    '012.0.0.1',
    ' 10.0.0.1',
  ])('refuses the header of the peer %s', (peer) => {
    expect(() => source(request({ 'x-tenant-id': ['acme'] }, peer))).toThrow(untrusted);
  });

  it('refuses the header of a peer without an address, such as one on a Unix socket', () => {
    expect(() => source({ headersDistinct: { 'x-tenant-id': ['acme'] }, remoteAddress: undefined, raw: undefined })).toThrow(untrusted);
  });

  it('does not read the peer from X-Forwarded-For', () => {
    expect(() => source(request({ 'x-tenant-id': ['acme'], 'x-forwarded-for': ['10.0.0.1'] }, '192.0.2.1'))).toThrow(untrusted);
  });

  it.each([[['acme', 'acme']], [['acme', 'globex']], [['acme,globex']], [['acme,']], [['acme, acme']], [[]]])(
    'refuses several values: %j',
    (values) => {
      expect(() => source(request({ 'x-tenant-id': values }))).toThrow(invalid);
    },
  );

  it.each(['', 'a b', 'acme*', 'acme?', '${aws:username}', 'acme"', 'acme\\', 'ácme', 'acme\u0000', 'a'.repeat(257)])(
    'refuses the value %j',
    (value) => {
      expect(() => source(request({ 'x-tenant-id': [value] }))).toThrow(invalid);
    },
  );

  it.each(['x_tenant_id', 'x_tenant-id', 'x-tenant_id'])('refuses the spelling %s, beside the header and alone', (name) => {
    expect(() => source(request({ [name]: ['globex'] }))).toThrow(untrusted);
    expect(() => source(request({ 'x-tenant-id': ['acme'], [name]: ['acme'] }))).toThrow(untrusted);
  });

  describe('with a secret', () => {
    const withSecret = trustedHeader({ trustProxy, secret });

    it('reads the tenant id beside the secret', () => {
      expect(withSecret(request({ 'x-tenant-id': ['acme'], 'x-proxy-secret': [secret.value] }))).toMatchObject({ tenantId: 'acme' });
    });

    it.each([
      [undefined],
      [[]],
      [['']],
      [[secret.value.toUpperCase()]],
      [[`${secret.value}x`]],
      [[secret.value.slice(0, -1)]],
      [[secret.value, secret.value]],
      [[`${secret.value}, ${secret.value}`]],
    ])('refuses %j, and does not repeat the secret', (values) => {
      const attempt = () => withSecret(request({ 'x-tenant-id': ['acme'], ...(values && { 'x-proxy-secret': values }) }));

      expect(attempt).toThrow(untrusted);
      try {
        void attempt();
      } catch (error) {
        expect(JSON.stringify(error)).not.toContain(secret.value);
      }
    });

    it('refuses the secret from a peer that is not trusted', () => {
      expect(() => withSecret(request({ 'x-tenant-id': ['acme'], 'x-proxy-secret': [secret.value] }, '192.0.2.1'))).toThrow(untrusted);
    });
  });

  it('never throws another error for any request', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.array(fc.string())), fc.array(fc.string()), fc.string(), (headers, values, peer) => {
        try {
          void source(request({ ...headers, 'x-tenant-id': values }, peer));
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^(proxy_untrusted|tenant_invalid)$/) });
        }
      }),
    );
  });

  it.each<[unknown, string]>([
    [undefined, 'the options of `trustedHeader` must be an object'],
    [{}, '`trustProxy` is required'],
    [{ trustProxy: [] }, '`trustProxy` is required'],
    [{ trustProxy: '10.0.0.0/8' }, '`trustProxy` is required'],
    [{ trustProxy: [1] }, '`trustProxy[0]` must be an address or a CIDR'],
    [{ trustProxy: ['localhost'] }, '`trustProxy[0]` must be an IPv4 or IPv6 address or a CIDR'],
    [{ trustProxy: ['10.0.0.0/8', '10.1'] }, '`trustProxy[1]` must be an IPv4 or IPv6 address or a CIDR'],
    [{ trustProxy: ['010.0.0.1'] }, '`trustProxy[0]` must be'],
    [{ trustProxy: ['0xa.0.0.1'] }, '`trustProxy[0]` must be'],
    [{ trustProxy: ['10.0.0.0/8/8'] }, '`trustProxy[0]` must be'],
    [{ trustProxy: ['10.0.0.0/'] }, '`trustProxy[0]` must be'],
    [{ trustProxy: ['10.0.0.0/08'] }, '`trustProxy[0]` must be'],
    [{ trustProxy: ['10.0.0.0/255.0.0.0'] }, '`trustProxy[0]` must be'],
    [{ trustProxy: ['::10.0.0.1'] }, '`trustProxy[0]` must be'],
    [{ trustProxy: ['fe80::1%eth0'] }, '`trustProxy[0]` must be'],
    [{ trustProxy: ['10.0.0.0/33'] }, '`trustProxy[0]` must have a prefix of at most 32 bits'],
    [{ trustProxy: ['2001:db8::/129'] }, '`trustProxy[0]` must have a prefix of at most 128 bits'],
    [{ trustProxy: ['10.0.0.1/8'] }, '`trustProxy[0]` has bits after its prefix: write 10.0.0.0/8'],
    [{ trustProxy: ['2001:db8::1/32'] }, '`trustProxy[0]` has bits after its prefix: write 2001:db8::/32'],
    [{ trustProxy: ['0.0.0.0/0'] }, '`trustProxy[0]` includes every address'],
    [{ trustProxy: ['::/0'] }, '`trustProxy[0]` includes every address'],
    [{ trustProxy: ['::ffff:0:0/96'] }, '`trustProxy[0]` includes every address'],
    [{ trustProxy: ['::ffff:0:0/95'] }, '`trustProxy[0]` includes every address'],
    [{ trustProxy, header: 'x_tenant_id' }, '`header` must be the name of a header'],
    [{ trustProxy, header: '' }, '`header` must be the name of a header'],
    [{ trustProxy, header: 'Authorization' }, '`header` must not be `authorization`'],
    [{ trustProxy, header: 'host' }, '`header` must not be `host`'],
    [{ trustProxy, secret: 'x' }, '`secret.header` must be the name of a header'],
    [{ trustProxy, secret: { header: 'x-s', value: 'fifteen-letters' } }, '`secret.value` must be at least 16'],
    [{ trustProxy, secret: { header: 'x-s', value: 'with a space in the middle' } }, '`secret.value` must be at least 16'],
    [{ trustProxy, secret: { ...secret, header: 'x-tenant-id' } }, '`secret.header` must be another header'],
    [{ trustProxy, secret: { ...secret, values: 'x' } }, '`secret.values` is not an option'],
    [{ trustProxy, issuer: 'x' }, '`issuer` is not an option here: it belongs to `bearerToken'],
  ])('refuses the options %j', (options, fault) => {
    expect(faultsIn(() => trustedHeader(options as TrustedHeaderOptions))).toContainEqual(expect.stringContaining(fault));
  });
});
