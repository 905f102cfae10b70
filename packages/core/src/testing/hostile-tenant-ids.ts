/**
 * What a token may claim as its tenant and no AWS session may ever be made of: each is `tenant_invalid`, before STS is
 * asked. All of them can be written as JSON. The longest makes a token that is too long to be read at all.
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
  // Paths, ARNs and other people's delimiters
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
  // Edges
  ['__proto__', '_acme', 'acme_', '-acme', 'acme-', '--'],
  // Blanks and control characters
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
  // What some code folds, strips or cannot see
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
