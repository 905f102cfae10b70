/**
 * Values of a tenant claim that must never get an AWS session: each is refused with `tenant_invalid` before any call to STS.
 * All of them can be written as JSON. With the longest one the token exceeds its maximum length.
 *
 * @example
 * it.each(hostileTenantIds.map((tenantId) => [tenantId]))('refuses %j', async (tenantId) => {
 *   await expect(tvm.vend({ tenantId, claims: {}, source: 'claims' })).rejects.toMatchObject({ code: 'tenant_invalid' });
 * });
 */
export const hostileTenantIds: readonly unknown[] = [
  // Not a string
  [0, 1, 123_456, true, false, [], ['acme'], ['acme', 'globex'], {}, { tenant: 'acme' }],
  // Length
  ['', 'a', 'a'.repeat(65), 'a'.repeat(5_000), 'a'.repeat(10_000)],
  // Wildcards and policy variables
  ['*', '**', '?', 'a*', 'acme?', '*acme', '${aws:username}', '${aws:PrincipalTag/tenant}', '${*}', '$acme', 'acme$'],
  // Templates and JSON
  ['{{tenant}}', '{{{tenant}}}', '{{', '}}', '","Resource":"*', 'acme"', 'acme\\', '\\u002a', '"', "acme' or '1'='1"],
  // Paths, ARNs and common delimiters
  ['a/../b', '../globex', '..', '.', 'acme/', '/acme', 'acme/globex', 'acme//', '%2e%2e%2fglobex', 'acme%2Fglobex', 'acme.globex'],
  [
    'arn:aws:s3:::notes',
    'acme:globex',
    'acme,globex',
    'acme;globex',
    'acme|globex',
    'acme@globex',
    'acme+globex',
    'acme=globex',
    'acme#globex',
    '~acme',
    '<acme>',
  ],
  // First and last character
  ['__proto__', '_acme', 'acme_', '-acme', 'acme-', '--'],
  // Whitespace and control characters
  [
    ' ',
    ' acme',
    'acme ',
    'ac me',
    'acme\n',
    'acme\r\nX-Tenant: globex',
    'acme\t',
    'acme\0',
    'acme\u007f',
    'acme\u00a0',
    'acme\u2028',
    '\ufeffacme',
  ],
  // Characters that some code folds, strips or does not show
  [
    '\u00e1cme',
    'a\u0301cme',
    '\u0430cme',
    '\ufb01',
    '\uff41cme',
    '\u212a2',
    'acme\u200b',
    '\u202eemca',
    'ac\u00admE',
    '\u{1f3e2}',
    '\ud800',
    'acme\udfff',
  ],
].flat();
