import { createPublicKey, generateKeyPairSync, KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { KeySet } from '../../src/identity/key-set.ts';
import { signingPair } from './issuer-under-test.ts';

const rsa = signingPair('rsa');
const other = signingPair('other');
const ec = signingPair('ec', 'ES256');
const small = generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey.export({ format: 'jwk' });
const bytesOf = (part: unknown): Buffer => Buffer.from(String(part), 'base64url');
const withFirstByte = (part: unknown, byte: number): string =>
  Buffer.concat([Buffer.from([byte]), bytesOf(part).subarray(1)]).toString('base64url');
/** The public key of a pair, with other attributes. */
const as = (attributes: Record<string, unknown>, pair = rsa): Record<string, unknown> => ({ ...pair.jwk, ...attributes });

function find(keys: unknown[], keyId: string | undefined, algorithm: 'RS256' | 'ES256' = 'RS256'): unknown {
  const match = KeySet.parse({ keys }, [algorithm]).find(keyId, algorithm);
  return match instanceof KeyObject ? match.export({ format: 'jwk' })['n'] : match;
}

describe('KeySet', () => {
  it('finds a key by its id', () => {
    expect(find([rsa.jwk, other.jwk], 'other')).toBe(other.jwk['n']);
  });

  it('finds no key for another id or the name of a property of Object.prototype', () => {
    expect(find([rsa.jwk], 'another')).toBe('unknown');
    expect(find([rsa.jwk], '__proto__')).toBe('unknown');
    expect(find([rsa.jwk], '')).toBe('unknown');
  });

  it('finds the only key that fits a token without a key id', () => {
    expect(find([ec.jwk, rsa.jwk], undefined)).toBe(rsa.jwk['n']);
    expect(find([as({ kid: undefined })], undefined)).toBe(rsa.jwk['n']);
  });

  it('finds none of several keys for a token without a key id', () => {
    expect(find([rsa.jwk, other.jwk], undefined)).toBe('several');
  });

  it('accepts one key with two ids', () => {
    expect(find([rsa.jwk, as({ kid: 'again' })], undefined)).toBe(rsa.jwk['n']);
    expect(find([rsa.jwk, rsa.jwk], 'rsa')).toBe(rsa.jwk['n']);
  });

  it('distinguishes two keys with one id by their type', () => {
    const keys = [as({ kid: 'same' }), as({ kid: 'same' }, ec)];
    expect(KeySet.parse({ keys }, ['RS256']).find('same', 'RS256')).toBeInstanceOf(KeyObject);
    expect(KeySet.parse({ keys }, ['ES256']).find('same', 'ES256')).toBeInstanceOf(KeyObject);
  });

  it('finds neither of two keys of one type with one id', () => {
    expect(find([as({ kid: 'same' }), as({ kid: 'same' }, other)], 'same')).toBe('several');
  });

  it.each([
    ['for encryption', as({ use: 'enc' })],
    ['with a use that is not a string', as({ use: ['sig'] })],
    ['whose operations do not verify', as({ key_ops: ['sign'] })],
    ['whose operations are not an array', as({ key_ops: 'verify' })],
    ['of another algorithm', as({ alg: 'RS512' })],
    ['of an algorithm for encryption', as({ alg: 'RSA-OAEP' })],
    ['that was published with its private members', rsa.privateKey.export({ format: 'jwk' })],
    ['of another type', ec.jwk],
    ['of a shared secret', { kty: 'oct', k: 'AAAA' }],
    ['of an unknown type', { kty: 'LATTICE' }],
    ['whose id is a number', as({ kid: 7 })],
    ['that is invalid', { kty: 'RSA', n: '', e: 'AQAB' }],
    ['that lacks its exponent', { kty: 'RSA', n: rsa.jwk['n'] }],
    ['that is a string', 'key'],
    ['that is null', null],
    ['that is an array', [rsa.jwk]],
    ['of 1,024 bits', small],
    ['of 2,047 bits', { kty: 'RSA', n: withFirstByte(rsa.jwk['n'], 0x7f), e: 'AQAB' }],
    ['of 1,024 bits after zero bytes', { ...small, n: Buffer.concat([Buffer.alloc(200), bytesOf(small['n'])]).toString('base64url') }],
    ['with the exponent 0', as({ e: 'AA' })],
    ['with the exponent 1, which leaves a signature unencrypted', as({ e: 'AQ' })],
    ['with the exponent 2', as({ e: 'Ag' })],
    ['with the exponent 3', as({ e: 'Aw' })],
    ['with the exponent 65,535', as({ e: '__8' })],
    ['with the exponent 65,536', as({ e: 'AQAA' })],
    ['with an even exponent above 65,536', as({ e: 'AQAC' })],
    ['with an exponent of 257 bits', as({ e: Buffer.concat([Buffer.from([1]), Buffer.alloc(32, 1)]).toString('base64url') })],
    ['with an empty exponent', as({ e: '' })],
    ['with an exponent that is a number', as({ e: 65_537 })],
    ['that was published with one of its primes', as({ p: rsa.privateKey.export({ format: 'jwk' }).p })],
    ['that was published with one private member', as({ qi: 'AQAB' })],
    ['for Ed25519', generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })],
  ])('ignores a key %s, and finds the other keys', (_, entry) => {
    expect(find([entry], undefined)).toBe('unfit');
    expect(find([entry, other.jwk], undefined)).toBe(other.jwk['n']);
  });

  it('accepts the exponent 65,537 after a zero byte, and one of 256 bits', () => {
    expect(find([as({ e: 'AAEAAQ' })], 'rsa')).toBe(rsa.jwk['n']);
    expect(find([as({ e: Buffer.alloc(32, 0xff).toString('base64url') })], 'rsa')).toBe(rsa.jwk['n']);
  });

  it('accepts a key without attributes, and one with the operation `verify`', () => {
    expect(find([{ kty: 'RSA', n: rsa.jwk['n'], e: rsa.jwk['e'] }], undefined)).toBe(rsa.jwk['n']);
    expect(find([as({ use: undefined, key_ops: ['verify'] })], 'rsa')).toBe(rsa.jwk['n']);
  });

  it('uses a key only for the algorithm that it names', () => {
    const set = KeySet.parse({ keys: [as({ alg: 'RS384' })] }, ['RS256', 'RS384']);
    expect(set.find('rsa', 'RS384')).toBeInstanceOf(KeyObject);
    expect(set.find('rsa', 'RS256')).toBe('unfit');
  });

  it('uses an EC key only for the algorithm of its curve', () => {
    const p384 = createPublicKey(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey).export({ format: 'jwk' });
    const set = KeySet.parse({ keys: [{ ...p384, kid: 'p384' }, as({ alg: undefined }, ec)] }, ['ES256', 'ES384']);
    expect(set.find('p384', 'ES256')).toBe('unfit');
    expect(set.find('p384', 'ES384')).toBeInstanceOf(KeyObject);
    expect(set.find('ec', 'ES384')).toBe('unfit');
  });

  it('accepts 100 keys and refuses a set of 101', () => {
    const keys = Array.from({ length: 100 }, (_, index) => as({ kid: `k${index}` }));
    expect(find(keys, 'k99')).toBe(rsa.jwk['n']);
    expect(() => find([...keys, rsa.jwk], 'k99')).toThrow('the key set has more than 100 keys');
  });

  it.each([null, [], 'keys', {}, { keys: {} }, { keys: 'none' }])('refuses %j, which is not a key set', (document) => {
    expect(() => KeySet.parse(document, ['RS256'])).toThrow('the document is not a key set');
  });
});
