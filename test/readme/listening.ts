import { subscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:http';

// Preloaded into the server of a README, which listens on a free port: sends the port to the parent process.
// A local AWS in the same process listens on 127.0.0.1; an app without a host listens on all addresses.
subscribe('tracing:net.server.listen:asyncEnd', (message) => {
  const address = (message as { server: Server }).server.address();
  if (address && typeof address === 'object' && address.address !== '127.0.0.1') process.send?.({ port: address.port });
});
