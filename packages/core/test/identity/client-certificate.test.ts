import { createHash } from 'node:crypto';
import { once } from 'node:events';
import http2 from 'node:http2';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type ClientCertificateOptions, clientCertificate } from '../../src/identity/client-certificate.ts';
import { httpIdentityRequest } from '../../src/identity/http-request.ts';
import type { IdentityRequest } from '../../src/identity/identity-source.ts';
import { lastElement } from '../../src/identity/xfcc.ts';
import { faultsIn } from '../configuration/faults-in.ts';
import { Authority, type Issued, type Subject } from './certificates.ts';

const dns = { dns: 'agents.example.com' } as const;
const trustProxy = ['10.0.0.0/8'];
const tokenInvalid = expect.objectContaining({ code: 'token_invalid', status: 401 });
const untrusted = expect.objectContaining({ code: 'proxy_untrusted', status: 403 });

let authority: Authority;
let acme: Issued;
beforeAll(async () => {
  authority = await Authority.create();
  acme = await authority.issue({ dns: ['acme.agents.example.com'] });
});

const connected = ({ certificate }: Issued, authorized = true): IdentityRequest => ({
  headersDistinct: {},
  remoteAddress: '192.0.2.1',
  peerCertificate: { certificate, authorized },
  raw: undefined,
});
const forwarded = (headersDistinct: IdentityRequest['headersDistinct'], remoteAddress = '10.0.0.1'): IdentityRequest => ({
  headersDistinct,
  remoteAddress,
  raw: undefined,
});

describe('the tenant in a client certificate', () => {
  it('is the label before the suffix of its DNS name', () => {
    const source = clientCertificate({ tenantFrom: dns });
    const identity = source(connected(acme));

    expect(identity).toMatchObject({
      tenantId: 'acme',
      source: 'certificate',
      claims: { fingerprint256: acme.certificate.fingerprint256, subject: 'CN=agent' },
      expiresAt: Date.parse(acme.certificate.validTo),
    });
    expect(Object.isFrozen(identity)).toBe(true);
    expect(source(connected(acme))).toBe(identity);
    expect(source.source).toBe('certificate');
  });

  it.each<[string, Subject, ClientCertificateOptions['tenantFrom'], string]>([
    ['one matching name of several', { dns: ['other.example.com', 'acme.agents.example.com', 'agents.example.com'] }, dns, 'acme'],
    ['a URI', { uri: ['spiffe://example.com/tenants/acme'] }, { uri: 'spiffe://example.com/tenants/' }, 'acme'],
    [
      'a URI among others',
      { uri: ['spiffe://other.com/tenants/globex', 'spiffe://example.com/acme'] },
      { uri: 'spiffe://example.com/' },
      'acme',
    ],
    ['an attribute of the subject', { name: 'O=acme, CN=globex' }, { subject: 'O' }, 'acme'],
    ['a function', { name: 'O=acme' }, ({ subject }) => subject.split('=')[1], 'acme'],
  ])('is found in %s', async (_, subject, tenantFrom, tenantId) => {
    expect(clientCertificate({ tenantFrom })(connected(await authority.issue(subject)))).toMatchObject({ tenantId });
  });

  it.each<[string, Subject, ClientCertificateOptions['tenantFrom'], string]>([
    ['no alternative name', { name: 'CN=acme.agents.example.com' }, dns, 'tenant_missing'],
    ['the suffix itself', { dns: ['agents.example.com'] }, dns, 'tenant_missing'],
    ['a name that only ends like the suffix', { dns: ['acme.otheragents.example.com'] }, dns, 'tenant_missing'],
    ['the suffix in the middle', { dns: ['acme.agents.example.com.evil.com'] }, dns, 'tenant_missing'],
    ['a URI that has the name', { uri: ['https://acme.agents.example.com'] }, dns, 'tenant_missing'],
    ['two matching names', { dns: ['acme.agents.example.com', 'globex.agents.example.com'] }, dns, 'token_invalid'],
    ['the same name twice', { dns: ['acme.agents.example.com', 'acme.agents.example.com'] }, dns, 'token_invalid'],
    ['a deeper name', { dns: ['acme.eu.agents.example.com'] }, dns, 'token_invalid'],
    ['a wildcard', { dns: ['*.agents.example.com'] }, dns, 'token_invalid'],
    ['a label in upper case', { dns: ['ACME.agents.example.com'] }, dns, 'token_invalid'],
    ['a suffix in upper case', { dns: ['acme.AGENTS.example.com'] }, dns, 'token_invalid'],
    ['a dot at the end', { dns: ['acme.agents.example.com.'] }, dns, 'token_invalid'],
    ['an underscore', { dns: ['ac_me.agents.example.com'] }, dns, 'token_invalid'],
    ['an empty label', { dns: ['.agents.example.com'] }, dns, 'token_invalid'],
    ['another prefix', { uri: ['spiffe://example.com/tenant/acme'] }, { uri: 'spiffe://example.com/tenants/' }, 'tenant_missing'],
    ['a prefix in upper case', { uri: ['SPIFFE://example.com/tenants/acme'] }, { uri: 'spiffe://example.com/tenants/' }, 'tenant_missing'],
    ['two path segments', { uri: ['spiffe://example.com/tenants/acme/agent'] }, { uri: 'spiffe://example.com/tenants/' }, 'token_invalid'],
    ['no path segment', { uri: ['spiffe://example.com/tenants/'] }, { uri: 'spiffe://example.com/tenants/' }, 'token_invalid'],
    ['a query', { uri: ['spiffe://example.com/tenants/acme?x'] }, { uri: 'spiffe://example.com/tenants/' }, 'token_invalid'],
    ['an escape', { uri: ['spiffe://example.com/tenants/ac%2fme'] }, { uri: 'spiffe://example.com/tenants/' }, 'token_invalid'],
    ['two matching URIs', { uri: ['s://e/acme', 's://e/globex'] }, { uri: 's://e/' }, 'token_invalid'],
    ['no such attribute', { name: 'CN=acme' }, { subject: 'O' }, 'tenant_missing'],
    ['an attribute with two values', { name: 'O=acme, O=globex' }, { subject: 'O' }, 'token_invalid'],
    ['an attribute that is no tenant id', { name: 'O=acme corp' }, { subject: 'O' }, 'tenant_invalid'],
    ['a function without a result', {}, () => undefined, 'tenant_missing'],
    ['a function with a wrong result', {}, () => 42 as never, 'tenant_invalid'],
    ['a name of the prototype', {}, { subject: 'constructor' }, 'tenant_missing'],
  ])('is refused with %s', async (_, subject, tenantFrom, code) => {
    const issued = await authority.issue(subject);

    expect(() => clientCertificate({ tenantFrom })(connected(issued))).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    'DNS:acme.agents.example.com\u0000.evil.com',
    'DNS:"evil.com, DNS:acme.agents.example.com"',
    'URI:"http://x/, DNS:acme.agents.example.com"',
  ])('is not found in a name that contains another one: %s', (subjectAltName) => {
    const certificate = new Proxy(acme.certificate, {
      get: (target, name) => (name === 'subjectAltName' ? subjectAltName : Reflect.get(target, name, target)),
    });

    expect(() => clientCertificate({ tenantFrom: dns })(connected({ ...acme, certificate }))).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(tenant_missing|token_invalid)$/) }),
    );
  });
});

describe('a certificate of the connection', () => {
  const source = clientCertificate({ tenantFrom: dns });

  it('presents nothing without a certificate, also if a proxy header is sent', () => {
    expect(source(forwarded({}))).toBeUndefined();
    expect(source(forwarded({ 'x-client-cert': [encodeURIComponent(acme.pem)], 'x-client-verify': ['SUCCESS'] }))).toBeUndefined();
  });

  it('is refused if Node did not verify it', () => {
    expect(() => source(connected(acme, false))).toThrow(tokenInvalid);
    expect(source(connected(acme))).toMatchObject({ tenantId: 'acme' });
    expect(() => source(connected(acme, false))).toThrow(tokenInvalid);
  });

  it.each([[[]], [['1.3.6.1.5.5.7.3.1']]])('is refused if its extended key usage is %j', async (usages) => {
    const issued = await authority.issue({ dns: ['acme.agents.example.com'], usages });

    expect(() => source(connected(issued))).toThrow(tokenInvalid);
  });

  it('is refused after it has expired, although the connection is still open', async () => {
    const issued = await authority.issue({ dns: ['acme.agents.example.com'], notAfter: new Date(Date.now() + 2_000) });
    expect(source(connected(issued))).toMatchObject({ tenantId: 'acme' });
    vi.useFakeTimers({ now: Date.now() + 10_000, toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());

    expect(() => source(connected(issued))).toThrow(tokenInvalid);
  });

  it('is refused before it is valid', async () => {
    const issued = await authority.issue({ dns: ['acme.agents.example.com'], notBefore: new Date(Date.now() + 60_000) });

    expect(() => source(connected(issued))).toThrow(tokenInvalid);
  });

  describe.each(['HTTP/1.1', 'HTTP/2'])('over %s', (protocol) => {
    async function serve(): Promise<(client?: Issued, maxVersion?: 'TLSv1.2') => Promise<string>> {
      const server = await authority.issue({ name: 'CN=localhost', dns: ['localhost'], usages: ['1.3.6.1.5.5.7.3.1'] });
      const options = { key: server.key, cert: server.pem, ca: authority.pem, requestCert: true, rejectUnauthorized: false };
      const respond = (request: Parameters<typeof httpIdentityRequest>[0], response: { end(text: string): unknown }): void => {
        try {
          const identity = source(httpIdentityRequest(request, undefined));
          response.end((identity as { tenantId?: string } | undefined)?.tenantId ?? 'nothing');
        } catch (error) {
          response.end((error as { code: string }).code);
        }
      };
      const listener = protocol === 'HTTP/2' ? http2.createSecureServer(options, respond) : https.createServer(options, respond);
      listener.listen(0, '127.0.0.1');
      await once(listener, 'listening');
      onTestFinished(() => void listener.close());
      const { port } = listener.address() as AddressInfo;
      return async (client, maxVersion) => {
        const tls = {
          ca: authority.pem,
          servername: 'localhost',
          ...(maxVersion && { maxVersion }),
          ...(client && { key: client.key, cert: client.pem }),
        };
        return protocol === 'HTTP/2' ? textOverHttp2(port, tls) : textOverHttps(port, tls);
      };
    }

    it('names the tenant of a verified certificate, and refuses any other', async () => {
      const get = await serve();
      const stranger = await (await Authority.create('CN=Other authority')).issue({ dns: ['acme.agents.example.com'] });

      expect(await get(acme)).toBe('acme');
      expect(await get(await authority.issue({ dns: ['globex.agents.example.com'] }))).toBe('globex');
      expect(await get()).toBe('nothing');
      expect(await get(stranger)).toBe('token_invalid');
      expect(await get(await authority.issue({ dns: ['acme.agents.example.com'], usages: ['1.3.6.1.5.5.7.3.1'] }))).toBe('token_invalid');
    });

    it('refuses a certificate of TLS 1.2, in which a client can replace it while a request is handled', async () => {
      const get = await serve();

      expect(await get(acme, 'TLSv1.2')).toBe('token_invalid');
      expect(await get(undefined, 'TLSv1.2')).toBe('nothing');
    });
  });
});

describe.each(['nginx', 'envoy', 'alb'] as const)('a certificate from %s', (header) => {
  const source = clientCertificate({ tenantFrom: dns, header, trustProxy });
  const headersOf = ({ pem }: Pick<Issued, 'pem'>): Record<string, string[]> => {
    const encoded = encodeURIComponent(pem);
    if (header === 'nginx') return { 'x-client-cert': [encoded], 'x-client-verify': ['SUCCESS'] };
    if (header === 'envoy') return { 'x-forwarded-client-cert': [`By=spiffe://proxy;Cert="${encoded}"`] };
    return { 'x-amzn-mtls-clientcert-leaf': [encoded] };
  };

  it('names the tenant', () => {
    const identity = source(forwarded(headersOf(acme)));

    expect(identity).toMatchObject({ tenantId: 'acme', source: 'certificate' });
    expect(source(forwarded(headersOf(acme)))).toBe(identity);
  });

  it('presents nothing if the client has none', () => {
    expect(source(forwarded({}))).toBeUndefined();
    expect(source(forwarded({}, '192.0.2.1'))).toBeUndefined();
  });

  it('is refused from another peer, also an empty header', () => {
    for (const name of Object.keys(headersOf(acme))) expect(() => source(forwarded({ [name]: [''] }, '192.0.2.1'))).toThrow(untrusted);
    expect(() => source(forwarded(headersOf(acme), '192.0.2.1'))).toThrow(untrusted);
  });

  it('is refused in a spelling with underscores', () => {
    for (const [name, values] of Object.entries(headersOf(acme)))
      expect(() => source(forwarded({ ...headersOf(acme), [name.replace('-', '_')]: values }))).toThrow(untrusted);
  });

  it.each(['', '%', '%ff', 'certificate', encodeURIComponent('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n')])(
    'is refused, or presents nothing, with the value %j',
    (value) => {
      const headers = Object.fromEntries(
        Object.entries(headersOf(acme)).map(([name, [text = '']]) => [name, [text.replace(encodeURIComponent(acme.pem), value)]]),
      );
      const attempt = () => source(forwarded(headers));
      if (header === 'alb' && value === '') expect(attempt()).toBeUndefined();
      else expect(attempt).toThrow(tokenInvalid);
    },
  );

  it('is refused with two certificates, or in two headers', () => {
    expect(() => source(forwarded(headersOf({ pem: `${acme.pem}\n${acme.pem}` })))).toThrow(tokenInvalid);
    const twice = Object.fromEntries(Object.entries(headersOf(acme)).map(([name, values]) => [name, [...values, ...values]]));
    expect(() => source(forwarded(twice))).toThrow(tokenInvalid);
  });

  it('reads a long header in linear work', () => {
    const pem = `-----BEGIN CERTIFICATE-----${' '.repeat(400_000)}`;

    expect(() => source(forwarded(headersOf({ pem })))).toThrow(tokenInvalid);
  });

  it('does not read the certificate of the connection to the proxy', async () => {
    expect(source({ ...forwarded({}), peerCertificate: { certificate: acme.certificate, authorized: true } })).toBeUndefined();
  });
});

describe('NGINX', () => {
  const source = clientCertificate({ tenantFrom: dns, header: 'nginx', trustProxy });

  it.each([undefined, 'NONE', 'FAILED:certificate has expired', 'success', 'SUCCESS '])(
    'a certificate with the result %j is refused',
    (verify) => {
      const headers = { 'x-client-cert': [encodeURIComponent(acme.pem)], ...(verify !== undefined && { 'x-client-verify': [verify] }) };

      expect(() => source(forwarded(headers))).toThrow(tokenInvalid);
    },
  );

  it('presents nothing with the result NONE, and is refused with SUCCESS without a certificate', () => {
    expect(source(forwarded({ 'x-client-verify': ['NONE'] }))).toBeUndefined();
    expect(() => source(forwarded({ 'x-client-verify': ['SUCCESS'] }))).toThrow(tokenInvalid);
    expect(() => source(forwarded({ 'x-client-verify': ['FAILED:expired'] }))).toThrow(tokenInvalid);
  });
});

describe('Envoy', () => {
  const source = clientCertificate({ tenantFrom: dns, header: 'envoy', trustProxy });
  const tenantIn = (header: string) => (source(forwarded({ 'x-forwarded-client-cert': [header] })) as { tenantId: string }).tenantId;
  const element = ({ pem }: Issued, more = '') => `${more}Cert="${encodeURIComponent(pem)}"`;

  it('the last element counts', async () => {
    const globex = await authority.issue({ dns: ['globex.agents.example.com'] });

    expect(tenantIn(`${element(globex)},${element(acme)}`)).toBe('acme');
    expect(tenantIn(`${element(globex)}, ${element(acme, 'By="a,b;c";')}`)).toBe('acme');
    expect(tenantIn(`Subject="CN=x\\",Cert=\\"y";URI=a,${element(acme, 'Subject="O=\\"acme, inc\\"";URI=;URI=b;DNS=c;DNS=d;')}`)).toBe(
      'acme',
    );
  });

  it('a URI may have a `=`, which Envoy does not quote', () => {
    expect(tenantIn(`By=spiffe://a/b?c=d;${element(acme)};URI=https://e/f?g=h==`)).toBe('acme');
  });

  it('the hash must be that of the certificate', () => {
    const hash = createHash('sha256').update(acme.certificate.raw).digest('hex');

    expect(tenantIn(element(acme, `Hash=${hash};`))).toBe('acme');
    expect(() => tenantIn(element(acme, `Hash=${hash.replace(/^./, (c) => (c === '0' ? '1' : '0'))};`))).toThrow(tokenInvalid);
  });

  it.each([
    'By=a',
    ',',
    ';',
    'Cert',
    'Cert=',
    'Cert="',
    'Cert="a',
    'Cert="a"b',
    'Cert=a;',
    'Cert=a,',
    '=a',
    'Cert=a b=c"',
    'Cert=a;;By=b',
    'Cert="x";Cert="y"',
  ])('refuses the header %s', (header) => {
    expect(() => tenantIn(header)).toThrow(tokenInvalid);
  });

  it('reads any header in linear work, and throws no other error', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '=', '"', '\\', ',', ';', ' ', 'Cert', 'Hash'), maxLength: 200 }), (header) => {
        try {
          lastElement(header);
        } catch (error) {
          expect(error).toMatchObject({ code: 'token_invalid' });
        }
      }),
    );
    expect(() => lastElement(`a="${'\\"'.repeat(8_000)}`)).toThrow(tokenInvalid);
  });
});

describe('the options of clientCertificate', () => {
  it.each<[unknown, string]>([
    [undefined, 'the options of `clientCertificate` must be an object'],
    [{}, '`tenantFrom` is required'],
    [{ tenantFrom: 'dns' }, '`tenantFrom` is required'],
    [{ tenantFrom: {} }, '`tenantFrom` is required'],
    [{ tenantFrom: { dns: 'a.com', uri: 's://e/' } }, '`tenantFrom` is required'],
    [{ tenantFrom: { email: 'a.com' } }, '`tenantFrom` is required'],
    [{ tenantFrom: { dns: '.example.com' } }, '`tenantFrom` must have a domain in lower case'],
    [{ tenantFrom: { dns: 'Example.com' } }, '`tenantFrom` must have a domain in lower case'],
    [{ tenantFrom: { dns: '' } }, '`tenantFrom` must have a domain in lower case'],
    [{ tenantFrom: { dns: '*.example.com' } }, '`tenantFrom` must have a domain in lower case'],
    [{ tenantFrom: { uri: 'spiffe://example.com/tenants' } }, '`tenantFrom` must have a URI that ends with a slash'],
    [{ tenantFrom: { uri: 'example.com/' } }, '`tenantFrom` must have a URI that ends with a slash'],
    [{ tenantFrom: { subject: 'CN' } }, '`tenantFrom` must have an attribute of the subject'],
    [{ tenantFrom: { subject: 'cn' } }, '`tenantFrom` must have an attribute of the subject'],
    [{ tenantFrom: dns, header: 'nginx' }, '`trustProxy` is required'],
    [{ tenantFrom: dns, header: 'nginx', trustProxy: ['0.0.0.0/0'] }, '`trustProxy[0]` includes every address'],
    [{ tenantFrom: dns, header: 'kong', trustProxy }, "`header` must be 'nginx', 'envoy' or 'alb'"],
    [{ tenantFrom: dns, header: 'constructor', trustProxy }, "`header` must be 'nginx', 'envoy' or 'alb'"],
    [{ tenantFrom: dns, trustProxy }, '`trustProxy` needs `header`'],
    [{ tenantFrom: dns, ca: 'x' }, '`ca` is not an option'],
  ])('refuses %j', (options, fault) => {
    expect(faultsIn(() => clientCertificate(options as ClientCertificateOptions))).toContainEqual(expect.stringContaining(fault));
  });
});

async function textOverHttps(port: number, tls: https.RequestOptions): Promise<string> {
  const request = https.get({ ...tls, host: '127.0.0.1', port, agent: false });
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
  return textOf(response);
}

async function textOverHttp2(port: number, tls: http2.SecureClientSessionOptions): Promise<string> {
  const session = http2.connect(`https://127.0.0.1:${port}`, tls);
  const stream = session.request({ ':path': '/' });
  const text = await textOf(stream);
  session.close();
  return text;
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
