import type { Server } from 'node:http';

/** An address to listen on. */
export interface Address {
  /** An IP address of this machine. */
  readonly host: string;
  /** The host in the URLs by which clients reach this address. */
  readonly publicHost: string;
}

/** With an IP address in place of `localhost`, SDKs use path-style bucket URLs by default. */
export const LOOPBACK: Address = { host: '127.0.0.1', publicHost: '127.0.0.1' };

/** Listens on loopback only, unless another address is given, and returns the origin. Port 0 selects a free port. */
export function listen(server: Server, port: number, { host, publicHost }: Address = LOOPBACK): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      const address = server.address();
      if (typeof address === 'object' && address) resolve(`http://${publicHost}:${address.port}`);
      else reject(new Error('the server has no port'));
    });
  });
}

/** Closes a server and all its connections. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}

/** Whether an IP address belongs to this machine alone. */
export function isLoopbackHost(host: string): boolean {
  return host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
