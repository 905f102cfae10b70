import { ConfigurationError } from '@tenant-aws/core';

/** `app.use(tenantCredentials)` passes a context to the factory instead of options. This error explains the mistake. */
export function refuseMissingCall(given: unknown, call: string): void {
  if (typeof given !== 'object' || given === null || !('req' in given && 'app' in given)) return;
  throw new ConfigurationError([`the function that makes the middleware was mounted without a call: write \`${call}\``]);
}
