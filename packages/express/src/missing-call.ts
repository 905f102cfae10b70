import { ConfigurationError } from '@tenant-aws/core';

/** `app.use(tenantCredentials)` passes a request to the factory instead of options. This error explains the mistake. */
export function refuseMissingCall(given: unknown, call: string): void {
  // Not imported: in an ES module that takes 80 ms, because it loads Node's WebSocket, too.
  if (!(given instanceof process.getBuiltinModule('node:http').IncomingMessage)) return;
  throw new ConfigurationError([`the function that makes the middleware was mounted without a call: write \`${call}\``]);
}
