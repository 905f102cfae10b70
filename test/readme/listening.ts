import { subscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:http';

// Preloaded into a README's server, which listens on a port of the system's choice: says which one, to whoever started it.
// A local AWS in the same process listens on loopback alone; an app that names no host listens everywhere.
subscribe('tracing:net.server.listen:asyncEnd', (message) => {
  const address = (message as { server: Server }).server.address();
  if (address && typeof address === 'object' && address.address !== '127.0.0.1') process.send?.({ port: address.port });
});
