/** What the codes of the system mean for the user of the command. */
const MEANINGS: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'is in use: choose another port, or 0 for a free port'],
  ['EADDRNOTAVAIL', 'is not an address of this machine: choose another `--host`'],
  ['EACCES', 'is not permitted to this user'],
  ['ENOENT', 'does not exist'],
]);

/** One line for the error with which the command did not start. It has no stack trace. */
export function startError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port, address, path } = error as NodeJS.ErrnoException & { readonly port?: number; readonly address?: string };
  const meaning = MEANINGS.get(code ?? '');
  if (meaning !== undefined && address !== undefined) return `the address ${address}${port ? `, port ${port},` : ''} ${meaning}`;
  if (meaning !== undefined && path !== undefined) return `the file \`${path}\` ${meaning}`;
  return error.message.split('\n', 1).join();
}
