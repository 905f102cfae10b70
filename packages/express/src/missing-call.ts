import { IncomingMessage } from 'node:http';
import { ConfigurationError } from '@tenant-aws/core';

/** `app.use(tenantCredentials)` passes a request to the factory instead of options. This error explains the mistake. */
export function refuseMissingCall(given: unknown, call: string): void {
  if (!(given instanceof IncomingMessage)) return;
  throw new ConfigurationError([`the function that makes the middleware was mounted without a call: write \`${call}\``]);
}
