import { createSecretKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bearerToken } from '../../src/identity/bearer-token.ts';
import { faultsIn } from '../configuration/faults-in.ts';
import { signingPair } from './issuer-under-test.ts';

const rsa = signingPair('rsa');
const ec = signingPair('ec', 'ES256');
const ed = generateKeyPairSync('ed25519').publicKey;
const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });
const rsaPem = (key: KeyObject, type: 'spki' | 'pkcs1' | 'pkcs8'): string => key.export({ type, format: 'pem' } as never).toString();
const certificate = Buffer.from(
  'MIIBeTCCAR+gAwIBAgIUeuOlUwYM5wFSy8hm/vf0Zcb4U+EwCgYIKoZIzj0EAwIwETEPMA0GA1UEAwwGaXNzdWVyMCAXDTI2MTEzMDAzMTA0MVoYDzIxMjYx' +
    'MTA2MDMxMDQxWjARMQ8wDQYDVQQDDAZpc3N1ZXIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAT/gnAyRvBeZeE2wwX2MBzU4qL/Jx/qKeheD/dtaGUNlrEQ' +
    '22Mt7HJpQE2uhFzU4ONJVKovPYfSGJDXWTo4gTqBo1MwUTAdBgNVHQ4EFgQU/UdHtQ+cscaAX1psJh5t0wmmkoYwHwYDVR0jBBgwFoAU/UdHtQ+cscaAX1ps' +
    'Jh5t0wmmkoYwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAnr5DB9JQNs0ieYBVDRANYNWMA6JPzggOCa9iXwmww3sCIFqwNOWwiG1jODts' +
    'OXKQ/dTiQ8yFMBOfhPackl/q3+bD',
  'base64',
);

const texts: Readonly<Record<string, string>> = {
  'a public key in PEM': rsaPem(rsa.publicKey, 'spki'),
  'a public key in PEM of PKCS#1': rsaPem(rsa.publicKey, 'pkcs1'),
  'a public key in PEM on one line': rsaPem(rsa.publicKey, 'spki').replaceAll('\n', '\\n'),
  'a private key in PEM': rsaPem(rsa.privateKey, 'pkcs8'),
  'a certificate in PEM': `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`,
  'a public key for OpenSSH': `ssh-rsa ${randomBytes(280).toString('base64').replace(/^..../, 'AAAA')} issuer`,
  'a public JWK': JSON.stringify(rsa.jwk),
  'a public JWK with whitespace': ` ${JSON.stringify(ec.jwk, undefined, 2)}\n`,
  'a private JWK': JSON.stringify(rsa.privateKey.export({ format: 'jwk' })),
  'a secret as a JWK': JSON.stringify({ kty: 'oct', k: randomBytes(32).toString('base64url') }),
  'a key set': JSON.stringify({ keys: [rsa.jwk] }),
  'a list of JWKs': JSON.stringify([ec.jwk]),
};

const binaries: Readonly<Record<string, Buffer>> = {
  'an RSA public key in DER': spki(rsa.publicKey),
  'an EC public key in DER': spki(ec.publicKey),
  'an Ed25519 public key in DER': spki(ed),
  'a public key in DER of PKCS#1': rsa.publicKey.export({ type: 'pkcs1', format: 'der' }),
  'a public key in DER followed by a line break': Buffer.concat([spki(rsa.publicKey), Buffer.from('\n')]),
  'a private key in DER': rsa.privateKey.export({ type: 'pkcs8', format: 'der' }),
  'a private key in DER of PKCS#1': rsa.privateKey.export({ type: 'pkcs1', format: 'der' }),
  'a private key in DER of SEC 1': ec.privateKey.export({ type: 'sec1', format: 'der' }),
  'an encrypted private key in DER': rsa.privateKey.export({ type: 'pkcs8', format: 'der', cipher: 'aes-256-cbc', passphrase: 'a' }),
  'a certificate in DER': certificate,
};

const inText: Readonly<Record<string, (bytes: Buffer) => string>> = {
  'as base64': (bytes) => bytes.toString('base64'),
  'as base64 in lines': (bytes) => `${bytes.toString('base64').replace(/.{64}/g, '$&\r\n')}\n`,
  'as base64url': (bytes) => bytes.toString('base64url'),
  'as hexadecimal': (bytes) => bytes.toString('hex').toUpperCase(),
};

const cases = [...Object.entries(texts).map(([what, text]) => [what, Buffer.from(text)] as const), ...Object.entries(binaries)];
const given: readonly (readonly [string, string | Buffer | KeyObject])[] = [
  ...Object.entries(texts),
  ...Object.entries(binaries).map(([what, bytes]) => [`${what} as text of bytes`, bytes.toString('latin1')] as const),
  ...cases.flatMap(([what, bytes]) => [
    [`${what} in a Buffer`, bytes] as const,
    [`${what} in a KeyObject`, createSecretKey(bytes)] as const,
    ...Object.entries(inText).map(([how, encode]) => [`${what} ${how}`, encode(bytes)] as const),
  ]),
];

const faultsOf = (secretOrKey: string | Buffer | KeyObject): readonly string[] =>
  faultsIn(() => bearerToken({ issuer: 'https://issuer.example', audience: 'notes', algorithms: ['HS256'], secretOrKey }));

describe('the shared secret of HS256', () => {
  it.each(given)('cannot be %s', (_, secretOrKey) => {
    expect(faultsOf(secretOrKey)).toEqual(['`secretOrKey` is a key or a certificate (PEM, DER or JWK), not a shared secret']);
  });

  it.each<[string, string | Buffer | KeyObject]>([
    ['32 random bytes', randomBytes(32)],
    ['32 random bytes in a KeyObject', createSecretKey(randomBytes(32))],
    ['512 random bytes', randomBytes(512)],
    ['bytes that begin as DER does', Buffer.concat([Buffer.from([0x30, 0x1e]), Buffer.alloc(30, 0x41)])],
    ['random base64', randomBytes(48).toString('base64')],
    ['random base64url', randomBytes(48).toString('base64url')],
    ['random hexadecimal', randomBytes(32).toString('hex')],
    ['text that begins as base64 of DER does', `MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A${'x'.repeat(32)}`],
    ['a passphrase', 'a secret of at least thirty-two bytes'],
    ['text with letters outside ASCII', 'ein Geheimnis für mindestens 32 Zeichen €'],
    ['JSON that is not a key', JSON.stringify({ secret: 'a secret of at least thirty-two bytes' })],
    ['JSON text', JSON.stringify('a secret of at least thirty-two bytes')],
    ['digits', '1'.repeat(64)],
  ])('can be %s', (_, secretOrKey) => {
    expect(faultsOf(secretOrKey)).toEqual([]);
  });
});
