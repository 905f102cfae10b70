import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

export interface Issued {
  readonly pem: string;
  /** PKCS #8 in PEM. */
  readonly key: string;
  readonly certificate: X509Certificate;
}

export interface Subject {
  /** `O=acme, CN=agent`. Default: `CN=agent`. */
  readonly name?: string;
  readonly dns?: readonly string[];
  readonly uri?: readonly string[];
  /** Default: client authentication. */
  readonly usages?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** A certificate authority of one test. */
export class Authority {
  readonly pem: string;
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly #certificate: x509.X509Certificate;

  private constructor(keys: webcrypto.CryptoKeyPair, certificate: x509.X509Certificate) {
    this.#keys = keys;
    this.#certificate = certificate;
    this.pem = certificate.toString('pem');
  }

  static async create(name = 'CN=Test authority'): Promise<Authority> {
    const keys = await keyPair();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name,
      keys,
      signingAlgorithm: algorithm,
      serialNumber: '01',
      ...validity({}),
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      ],
    });
    return new Authority(keys, certificate);
  }

  async issue(subject: Subject = {}): Promise<Issued> {
    const keys = await keyPair();
    const names = [
      ...(subject.dns ?? []).map((value) => ({ type: 'dns' as const, value })),
      ...(subject.uri ?? []).map((value) => ({ type: 'url' as const, value })),
    ];
    const certificate = await x509.X509CertificateGenerator.create({
      subject: subject.name ?? 'CN=agent',
      issuer: this.#certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: algorithm,
      serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(8)).map((byte) => byte & 0x7f)).toString('hex'),
      ...validity(subject),
      extensions: [
        ...((subject.usages ?? [CLIENT_AUTH]).length > 0
          ? [new x509.ExtendedKeyUsageExtension([...(subject.usages ?? [CLIENT_AUTH])])]
          : []),
        ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
      ],
    });
    const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
    const pem = certificate.toString('pem');
    return { pem, key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`, certificate: new X509Certificate(pem) };
  }
}

function validity({ notBefore = new Date(Date.now() - 60_000), notAfter = new Date(Date.now() + 3_600_000) }: Subject) {
  return { notBefore, notAfter };
}

function keyPair(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}
