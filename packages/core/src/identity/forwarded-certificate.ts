import { createHash, X509Certificate } from 'node:crypto';
import { certificateInvalid } from './source-errors.ts';
import type { IdentityRequest } from './identity-source.ts';
import { lastElement } from './xfcc.ts';

/** How a proxy sends the certificate that it has verified. */
export interface CertificateHeader {
  /** The headers, in lower case, that only the proxy may send. */
  readonly names: readonly string[];
  /** The certificate; `undefined` if the client did not present one. Throws TokenInvalidError. */
  read(headers: IdentityRequest['headersDistinct']): X509Certificate | undefined;
}

/** One quantifier before the end line: two that both match whitespace would make the work quadratic. */
const PEM = /^-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*$/;

export const CERTIFICATE_HEADERS: Readonly<Record<'nginx' | 'envoy' | 'alb', CertificateHeader>> = {
  // proxy_set_header X-Client-Cert $ssl_client_escaped_cert; proxy_set_header X-Client-Verify $ssl_client_verify;
  nginx: {
    names: ['x-client-cert', 'x-client-verify'],
    read(headers) {
      const [certificate, verify] = [one(headers, 'x-client-cert'), one(headers, 'x-client-verify')];
      if (!certificate && (verify === undefined || verify === '' || verify === 'NONE')) return undefined;
      if (verify !== 'SUCCESS') throw certificateInvalid('`x-client-verify` is not SUCCESS');
      return parse(certificate ?? '');
    },
  },
  envoy: {
    names: ['x-forwarded-client-cert'],
    read(headers) {
      const header = one(headers, 'x-forwarded-client-cert');
      if (!header) return undefined;
      const { cert, hash } = lastElement(header);
      if (cert === undefined)
        throw certificateInvalid('`x-forwarded-client-cert` has no `Cert`: let Envoy set it in `set_current_client_cert_details`');
      const certificate = parse(cert);
      if (hash !== undefined && hash.toLowerCase() !== createHash('sha256').update(certificate.raw).digest('hex'))
        throw certificateInvalid('the `Hash` of `x-forwarded-client-cert` is that of another certificate');
      return certificate;
    },
  },
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html: mode "verify with trust store"
  alb: {
    names: ['x-amzn-mtls-clientcert-leaf'],
    read(headers) {
      const certificate = one(headers, 'x-amzn-mtls-clientcert-leaf');
      return certificate ? parse(certificate) : undefined;
    },
  },
};

/** @throws {@link TokenInvalidError} the header was sent more than once */
function one(headers: IdentityRequest['headersDistinct'], name: string): string | undefined {
  const [value, ...more] = headers[name] ?? [];
  if (more.length > 0) throw certificateInvalid(`\`${name}\` was sent more than once`);
  return value;
}

/** Parses a certificate in PEM, percent-encoded. */
function parse(encoded: string): X509Certificate {
  try {
    const pem = decodeURIComponent(encoded);
    if (PEM.test(pem)) return new X509Certificate(pem);
  } catch {
    // The same error, because the text of OpenSSL's error says nothing more.
  }
  throw certificateInvalid('the proxy did not send one certificate in PEM');
}
