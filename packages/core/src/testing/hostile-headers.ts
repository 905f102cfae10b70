/**
 * Headers, in the form of Node's `headersDistinct`, that must not identify a tenant if bearer tokens are required:
 * each is refused with 401, `token_missing` or `token_invalid`.
 *
 * @example
 * it.each(Object.entries(hostileHeaders))('refuses %s', async (_what, headersDistinct) => {
 *   await expect(enter({ headersDistinct, remoteAddress: '127.0.0.1', raw: undefined })).rejects.toMatchObject({ status: 401 });
 * });
 */
export const hostileHeaders: Readonly<Record<string, Readonly<NodeJS.Dict<string[]>>>> = {
  'no header at all': {},
  'a tenant id': { 'x-tenant-id': ['acme'] },
  'two tenant ids': { 'x-tenant-id': ['acme', 'globex'] },
  'a tenant id in a header with an underscore': { x_tenant_id: ['acme'] },
  'a user name': { 'x-forwarded-user': ['acme'], 'x-amzn-oidc-identity': ['acme'] },
  'AWS credentials': { 'x-amz-security-token': ['acme'], 'x-amz-date': ['20260101T000000Z'] },
  'a token in a cookie': { cookie: ['authorization=Bearer a.b.c; token=a.b.c'] },
  'a token for a proxy': { 'proxy-authorization': ['Bearer a.b.c'] },
  'an empty header': { authorization: [''] },
  'a scheme and no token': { authorization: ['Bearer'] },
  'a scheme and a space': { authorization: ['Bearer '] },
  'another scheme': { authorization: ['Basic YWNtZTphY21l'] },
  'an AWS signature': {
    authorization: ['AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0'],
  },
  'two headers': { authorization: ['Bearer a.b.c', 'Bearer a.b.c'] },
  'two headers with two schemes': { authorization: ['Basic YWNtZTphY21l', 'Bearer a.b.c'] },
  'two tokens': { authorization: ['Bearer a.b.c a.b.c'] },
  'two tokens with a comma': { authorization: ['Bearer a.b.c, Bearer a.b.c'] },
  'two spaces': { authorization: ['Bearer  a.b.c'] },
  'a trailing space': { authorization: ['Bearer a.b.c '] },
  'a tab': { authorization: ['Bearer\ta.b.c'] },
  'a line break': { authorization: ['Bearer a.b.c\r\nx-tenant-id: acme'] },
  'a NUL': { authorization: ['Bearer a.b.c\0'] },
  quotes: { authorization: ['Bearer "a.b.c"'] },
  'a letter outside ASCII': { authorization: ['Bearer \u00e1.b.c'] },
  'a token over 8 KiB': { authorization: [`Bearer ${'a'.repeat(8_193)}`] },
  'a header of 64 KiB': { authorization: [`Bearer ${' '.repeat(65_536)}a.b.c`] },
  'no signature': { authorization: ['Bearer a.b.'] },
  'no dots': { authorization: ['Bearer abc'] },
};
