import { describe, expect, it } from 'vitest';
import { parseUnverified } from '../../src/identity/unverified-token.ts';
import { withPollutedPrototype } from './polluted-prototype.ts';

function encode(part: unknown): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}

function token(header: unknown, payload: unknown, signature = 'AAAA'): string {
  return `${encode(header)}.${encode(payload)}.${signature}`;
}

const header = { alg: 'RS256', kid: 'a' };
const payload = { iss: 'https://issuer.example', exp: 2_000_000_000 };

describe('parseUnverified', () => {
  it('reads algorithm, key id and issuer', () => {
    expect(parseUnverified(token(header, payload))).toEqual({ algorithm: 'RS256', keyId: 'a', issuer: 'https://issuer.example' });
  });

  it('leaves the issuer unjudged and the key id absent', () => {
    expect(parseUnverified(token({ alg: 'RS256' }, { exp: 1, iss: [1] }))).toEqual({ algorithm: 'RS256', keyId: undefined, issuer: [1] });
  });

  it.each([
    ['', 'not a compact JWS'],
    ['a.b', 'not a compact JWS'],
    [`${token(header, payload)}.`, 'not a compact JWS'],
    [token(header, payload, ''), 'not signed'],
    [token(header, payload, 'AB'), 'not base64url'], // the bits of B that nobody reads
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
    [token({ ...header, crit: [] }, payload), 'the header asks for an extension that is not supported'],
    [token({ ...header, crit: null }, payload), 'the header asks for an extension that is not supported'],
    [token({ ...header, b64: true }, payload), 'the header asks for an extension that is not supported'],
    [token('{"alg":"RS256","alg":"none"}', payload), 'the header names a key twice'],
    [token(header, ''), 'the payload is not JSON'],
    [token(header, '\ufeff{"exp":1}'), 'the payload is not JSON'],
    [token(header, 'null'), 'the payload is not an object'],
    [token(header, [payload]), 'the payload is not an object'],
    [token(header, '"text"'), 'the payload is not an object'],
    [token(header, '{"exp":1,"exp":2000000000}'), 'the payload names a key twice'],
    [token(header, '{"exp":1,"x":{"t":"a","\\u0074":"b"}}'), 'the payload names a key twice'],
    [token(header, {}), 'no expiry'],
    [token(header, { exp: null }), 'the expiry is not a date'],
    [token(header, { exp: '2000000000' }), 'the expiry is not a date'],
    [token(header, { exp: -1 }), 'the expiry is not a date'],
    [token(header, '{"exp":1e309}'), 'the expiry is not a date'],
    [token(header, { exp: 8.65e12 }), 'the expiry is not a date'],
  ])('refuses %s, for it is %s', (text, reason) => {
    expect(() => parseUnverified(text)).toThrow(expect.objectContaining({ code: 'token_invalid', detail: { reason } }));
  });

  it('does not take what hangs on Object.prototype for the token', async () => {
    await withPollutedPrototype('exp', { value: 2_000_000_000 }, () => {
      expect(() => parseUnverified(token(header, { iss: 'x' }))).toThrow(expect.objectContaining({ detail: { reason: 'no expiry' } }));
    });
  });
});
