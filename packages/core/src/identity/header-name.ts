/** Whether an option can be the name of a header: in lower case, as Node has it, and without `_`, because many proxies remove such headers. */
export function isHeaderName(name: string): boolean {
  return /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name);
}
