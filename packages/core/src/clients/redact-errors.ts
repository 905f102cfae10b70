import type { InitializeHandler } from '@smithy/types';
import type { SdkClient } from './sdk-client.ts';

/** Of the answer to a signature that does not fit: what was signed, and the signature. */
const SECRET_PARTS = ['SignatureProvided', 'CanonicalRequest', 'CanonicalRequestBytes', 'StringToSignBytes'];
/** The headers and query parameters that hold them, wherever AWS repeats the request in a text. */
const SECRET_VALUES = /\b(x-amz-security-token|x-amz-signature|signature)(\s*[:=]\s*)[^\s'"&,<]+/gi;

/**
 * AWS repeats the request in some of its errors, such as `SignatureDoesNotMatch`: the session token and the signature with
 * it. They are taken out before anybody can log them.
 */
export function redactErrors(client: SdkClient): void {
  client.middlewareStack.add(
    (next: InitializeHandler<never, never>): InitializeHandler<never, never> =>
      async (args) => {
        try {
          return await next(args);
        } catch (error) {
          if (error instanceof Error) redact(error);
          throw error;
        }
      },
    { name: 'tenantAwsQuietErrors', step: 'initialize', priority: 'high' },
  );
}

function redact(error: Error): void {
  for (const part of SECRET_PARTS) if (part in error) Reflect.deleteProperty(error, part);
  for (const name of Object.getOwnPropertyNames(error)) {
    const text: unknown = Object.getOwnPropertyDescriptor(error, name)?.value;
    if (typeof text === 'string') Reflect.set(error, name, text.replaceAll(SECRET_VALUES, '$1$2[redacted]'));
  }
}
