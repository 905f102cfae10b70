import { describe, expect, it } from 'vitest';
import { parseUnverified, type UnverifiedToken } from '../../src/identity/unverified-token.ts';
import { withPollutedPrototype } from './polluted-prototype.ts';

function encode(part: unknown): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}

function token(header: unknown, payload: unknown, signature = 'AAAA'): string {
  return `${encode(header)}.${encode(payload)}.${signature}`;
}

const invalid = (reason: string): unknown => expect.objectContaining({ code: 'token_invalid', detail: { reason } });
const parse = (text: string): UnverifiedToken => parseUnverified(text, (algorithm) => algorithm === 'RS256');
const header = { alg: 'RS256', kid: 'a' };
const payload = { iss: 'https://issuer.example', exp: 2_000_000_000 };

describe('parseUnverified', () => {
  it('reads algorithm, key id, issuer and claims', () => {
    expect(parse(token(header, payload))).toEqual({
      header: { encoded: encode(header), algorithm: 'RS256', keyId: 'a' },
      claims: payload,
      issuer: 'https://issuer.example',
      issuedAt: undefined,
    });
  });

  it('does not check the issuer, and the key id may be absent', () => {
    expect(parse(token({ alg: 'RS256' }, { exp: 1, iss: [1] }))).toMatchObject({
      header: { algorithm: 'RS256', keyId: undefined },
      issuer: [1],
    });
  });

  it('uses a known header for exactly the same text', () => {
    const known = parse(token(header, payload)).header;
    const parseKnowing = (text: string): UnverifiedToken => parseUnverified(text, (algorithm) => algorithm === 'RS256', known);

    expect(parseKnowing(token(header, payload)).header).toBe(known);
    for (const other of [{ ...header, kid: 'b' }, { alg: 'RS256' }, { kid: 'a', alg: 'RS256' }, JSON.stringify(header, undefined, 1)])
      expect(parseKnowing(token(other, payload)).header).not.toBe(known);
    for (const refused of [
      { ...header, alg: 'none' },
      { ...header, crit: ['exp'] },
      { ...header, typ: 'logout+jwt' },
    ])
      expect(() => parseKnowing(token(refused, payload))).toThrow(expect.objectContaining({ code: 'token_invalid' }));
    expect(() => parseKnowing(token(header, payload).replace('.', '=.'))).toThrow(invalid('not base64url'));
    expect(() => parseKnowing(token(header, payload, 'AB'))).toThrow(invalid('not base64url'));
    expect(() => parseKnowing(token(header, '{"exp":1,"exp":2}'))).toThrow(invalid('the payload has a key twice in one object'));
  });

  it('reads `iat`', () => {
    expect(parse(token(header, { ...payload, iat: 1_700_000_000.5 }))).toMatchObject({ issuedAt: 1_700_000_000.5 });
  });

  it.each(['JWT', 'jwt', 'Jwt', 'at+jwt', 'AT+JWT', 'application/jwt', 'application/at+jwt', 'Application/AT+JWT'])(
    'accepts the type %s',
    (typ) => {
      expect(parse(token({ ...header, typ }, payload))).toMatchObject({ header: { algorithm: 'RS256' } });
    },
  );

  it('accepts a claim `events` that is not of a security event', () => {
    expect(parse(token(header, { ...payload, events: ['concert'] }))).toMatchObject({ header: { algorithm: 'RS256' } });
  });

  it('does not read the payload if the header or the signature is refused', () => {
    for (const text of [token({ alg: 'none' }, '{'), token({ ...header, typ: 'logout+jwt' }, '{'), token(header, '{', 'AB')])
      expect(() => parse(text)).not.toThrow(expect.objectContaining({ detail: { reason: 'the payload is not JSON' } }));
  });

  it.each([
    ['', 'not a compact JWS'],
    ['.'.repeat(8_192), 'not a compact JWS'],
    ['a.b', 'not a compact JWS'],
    [`${token(header, payload)}.`, 'not a compact JWS'],
    [token(header, payload, ''), 'not signed'],
    [token(header, payload, 'AB'), 'not base64url'], // B has unused bits that are set
    [token(header, payload, 'AA=='), 'not base64url'],
    [token(header, payload, 'A+/A'), 'not base64url'],
    [token(header, payload, 'A'), 'not base64url'],
    [token(header, payload, 'AA A'), 'not base64url'],
    [token('', payload), 'the header is not JSON'],
    [token('{', payload), 'the header is not JSON'],
    [token(['RS256'], payload), 'the header is not an object'],
    [token({}, payload), 'the header names no algorithm'],
    [token({ ...header, kid: 7 }, payload), 'the key id is not a string'],
    [token({ ...header, kid: null }, payload), 'the key id is not a string'],
    [token({ ...header, typ: 'logout+jwt' }, payload), 'the `typ` is neither JWT nor at+jwt'],
    [token({ ...header, typ: 'dpop+jwt' }, payload), 'the `typ` is neither JWT nor at+jwt'],
    [token({ ...header, typ: 'application/logout+jwt' }, payload), 'the `typ` is neither JWT nor at+jwt'],
    [token({ ...header, typ: 'text/jwt' }, payload), 'the `typ` is neither JWT nor at+jwt'],
    [token({ ...header, typ: 'JWT ' }, payload), 'the `typ` is neither JWT nor at+jwt'],
    [token({ ...header, typ: 'application/application/jwt' }, payload), 'the `typ` is neither JWT nor at+jwt'],
    [token({ ...header, typ: 'application/' }, payload), 'the `typ` is neither JWT nor at+jwt'],
    [token({ ...header, typ: '' }, payload), 'the `typ` is neither JWT nor at+jwt'],
    [token({ ...header, typ: null }, payload), 'the `typ` is neither JWT nor at+jwt'],
    [token({ ...header, typ: ['JWT'] }, payload), 'the `typ` is neither JWT nor at+jwt'],
    [token({ ...header, typ: true }, payload), 'the `typ` is neither JWT nor at+jwt'],
    [token({ ...header, alg: 'none' }, payload), 'the algorithm is not accepted'],
    [token({ ...header, alg: 'HS256' }, payload), 'the algorithm is not accepted'],
    [token({ ...header, alg: 'rs256' }, payload), 'the algorithm is not accepted'],
    [token({ ...header, crit: [] }, payload), 'the header requires an extension that is not supported'],
    [token({ ...header, crit: null }, payload), 'the header requires an extension that is not supported'],
    [token({ ...header, b64: true }, payload), 'the header requires an extension that is not supported'],
    [token('{"alg":"RS256","alg":"none"}', payload), 'the header has a key twice in one object'],
    [token(header, ''), 'the payload is not JSON'],
    [token(header, '\ufeff{"exp":1}'), 'the payload is not JSON'],
    [token(header, 'null'), 'the payload is not an object'],
    [token(header, [payload]), 'the payload is not an object'],
    [token(header, '"text"'), 'the payload is not an object'],
    [token(header, '{"exp":1,"exp":2000000000}'), 'the payload has a key twice in one object'],
    [token(header, '{"exp":1,"x":{"t":"a","\\u0074":"b"}}'), 'the payload has a key twice in one object'],
    [token(header, {}), 'no expiry'],
    [token(header, { exp: null }), 'the expiry is not a date'],
    [token(header, { exp: '2000000000' }), 'the expiry is not a date'],
    [token(header, { exp: -1 }), 'the expiry is not a date'],
    [token(header, '{"exp":1e309}'), 'the expiry is not a date'],
    [token(header, { exp: 8.65e12 }), 'the expiry is not a date'],
    [token(header, { ...payload, iat: null }), 'the `iat` is not a date'],
    [token(header, { ...payload, iat: '1' }), 'the `iat` is not a date'],
    [token(header, { ...payload, iat: [1] }), 'the `iat` is not a date'],
    [token(header, { ...payload, iat: -1 }), 'the `iat` is not a date'],
    [token(header, '{"exp":1,"iat":1e309}'), 'the `iat` is not a date'],
    [token(header, { ...payload, nbf: null }), 'the `nbf` is not a number'],
    [token(header, { ...payload, nbf: '1' }), 'the `nbf` is not a number'],
    [token(header, { ...payload, cnf: { jkt: 'a' } }), 'bound to a key by `cnf`, and possession of that key is not checked'],
    [token(header, { ...payload, cnf: {} }), 'bound to a key by `cnf`, and possession of that key is not checked'],
    [token(header, { ...payload, cnf: null }), 'bound to a key by `cnf`, and possession of that key is not checked'],
    [token(header, { ...payload, events: {} }), 'a security event, not an access token'],
    [
      token(header, { ...payload, events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }),
      'a security event, not an access token',
    ],
  ])('refuses %s: %s', (text, reason) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'token_invalid', detail: { reason } }));
  });

  it.each([
    ['exp', { iss: 'x' }, 'no expiry'],
    ['alg', payload, 'the header names no algorithm'],
  ])('does not read `%s` of Object.prototype', async (name, claims, reason) => {
    await withPollutedPrototype(name, { value: name === 'alg' ? 'RS256' : 2_000_000_000 }, () => {
      expect(() => parse(token(name === 'alg' ? {} : header, claims))).toThrow(invalid(reason));
    });
  });

  it.each(['iss', 'iat', 'nbf', 'cnf', 'events', 'kid', 'typ', 'crit', 'b64'])('ignores `%s` of Object.prototype', async (name) => {
    await withPollutedPrototype(name, { value: { polluted: true } }, () => {
      expect(parse(token({ alg: 'RS256' }, { exp: 1 }))).toMatchObject({
        header: { keyId: undefined },
        issuer: undefined,
        issuedAt: undefined,
      });
    });
  });
});
