import type { LocalAws } from '@tenant-aws/local';

/** Signs tokens. */
export type Signer = Pick<LocalAws['issuer'], 'token'>;

/** The length of an access token with the usual claims of an identity provider. */
const TOKEN_CHARACTERS = 1_228;

/** An RS256 token of {@link TOKEN_CHARACTERS}, give or take one. */
export async function benchToken(issuer: Signer, tenant: string): Promise<string> {
  const claims = {
    name: 'Ada Example',
    email: `ada@${tenant}.example.com`,
    email_verified: true,
    'cognito:username': 'c4b8d0c2-5f0e-4d0e-9a35-6f0b7a1c2d3e',
    'cognito:groups': ['notes-readers', 'notes-writers', 'billing-readers'],
    roles: ['editor', 'reviewer'],
    token_use: 'access',
  };
  const sign = (scope: string): Promise<string> => issuer.token({ tenant, claims: { ...claims, scope } });
  const missing = TOKEN_CHARACTERS - (await sign('')).length;
  // Base64url writes 3 characters as 4.
  return sign('notes/read notes/write files/read files/write '.repeat(20).slice(0, Math.round((missing * 3) / 4)));
}
