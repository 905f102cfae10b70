import { ConfigurationError } from '@tenant-aws/core';

/** `app.use(tenantCredentials)` hands the factory a context in place of its options: said by name, before anything reads it. */
export function refuseMissingCall(given: unknown, call: string): void {
  if (typeof given !== 'object' || given === null || !('req' in given && 'app' in given)) return;
  throw new ConfigurationError([`write \`${call}\`, with the call: what was mounted is the function that makes the middleware`]);
}
