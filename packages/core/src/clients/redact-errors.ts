import type { InitializeHandler } from '@smithy/types';
import type { SdkClient } from './sdk-client.ts';

/** The parts of a `SignatureDoesNotMatch` error that contain the signed request and its signature. */
const SECRET_PARTS = ['SignatureProvided', 'CanonicalRequest', 'CanonicalRequestBytes', 'StringToSignBytes'];
/** The headers and query parameters with the session token and the signature, in any text in which AWS repeats the request. */
const SECRET_VALUES = /\b(x-amz-security-token|x-amz-signature|signature)(\s*[:=]\s*)[^\s'"&,<]+/gi;

/**
 * Removes the session token and the signature from the errors of AWS before the application can log them. Some errors, such
 * as `SignatureDoesNotMatch`, repeat the request.
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
    { name: 'tenantAwsRedactedErrors', step: 'initialize', priority: 'high' },
  );
}

function redact(error: Error): void {
  for (const part of SECRET_PARTS) if (part in error) Reflect.deleteProperty(error, part);
  for (const name of Object.getOwnPropertyNames(error)) {
    const text: unknown = Object.getOwnPropertyDescriptor(error, name)?.value;
    if (typeof text === 'string') Reflect.set(error, name, text.replaceAll(SECRET_VALUES, '$1$2[redacted]'));
  }
}
