import type { Faults } from '@tenant-aws/policy';

/** Why keys must not be fetched from this URL; `undefined` if they may be. */
export function urlFault(url: URL, options: { readonly loopback: boolean }): string | undefined {
  if (url.username !== '' || url.password !== '') return 'must have no user name and no password';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol === 'http:' && options.loopback && isLoopback(url)) return undefined;
  return 'must be https (http is accepted for loopback only)';
}

/** By the host name itself, without resolving it: the address that a name resolves to may change. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/**
 * The URL parser removes whitespace and control characters at both ends, and line breaks anywhere. They are refused here:
 * with a path appended, the same text would be another URL or none.
 */
export function readUrl(given: unknown, name: string, faults: Faults, why = ''): URL | undefined {
  const url = typeof given === 'string' && !/[\s\p{Cc}]/u.test(given) && URL.canParse(given) ? new URL(given) : undefined;
  const fault = url === undefined ? 'must be a URL without whitespace' : urlFault(url, { loopback: true });
  if (fault !== undefined) faults.option(name, `${fault}${why}`);
  return fault === undefined ? url : undefined;
}
