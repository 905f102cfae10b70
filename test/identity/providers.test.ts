import { generateKeyPairSync } from 'node:crypto';
import { type BearerTokenOptions, bearerToken, identityProviders } from '@tenant-aws/core';
import express from 'express';
import { SignJWT } from 'jose';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { notesAws } from '../support/local-aws-per-file.ts';
import { problemDetails } from '@tenant-aws/express';
import { createMiddleware, writeNote } from '../../packages/express/test/application.ts';

notesAws();
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const { auth0, clerk, cognito, entraId, keycloak, okta, workos } = identityProviders;
type Claims = Readonly<Record<string, unknown>>;

/** An application that trusts the provider. Its key set is on the Internet, so the application gets the key itself. */
function application(options: BearerTokenOptions | readonly BearerTokenOptions[]) {
  const trusted = [options].flat().map((each) => ({ ...each, jwksUri: undefined, secretOrKey: publicKey }));
  const app = express();
  app.get('/', createMiddleware({ identity: bearerToken(trusted), logger: false }), writeNote);
  app.use(problemDetails());
  return async (claims: Claims) => {
    const token = await new SignJWT({ sub: 'user-1', exp: 4_000_000_000, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'a' })
      .sign(privateKey);
    const { status, body } = await request(app).get('/').set('authorization', `Bearer ${token}`);
    return status === 200 ? body.tenant : body.code;
  };
}

const clientId = '1example23456789';
const pool = { region: 'eu-west-1', userPoolId: 'eu-west-1_Example12', clientId };
const original = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example12';
const updated = 'https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example12';
const idToken = {
  iss: original,
  aud: clientId,
  token_use: 'id',
  'custom:tenant_id': 'acme',
  'cognito:username': 'ada',
  email_verified: true,
};
const accessToken = { iss: original, client_id: clientId, token_use: 'access', scope: 'openid', version: 2, tenant_id: 'acme' };

const [directory, other, api] = [
  '9f3c2b1a-0000-4000-8000-000000000001',
  '9f3c2b1a-0000-4000-8000-000000000002',
  '9f3c2b1a-0000-4000-8000-00000000000a',
];
const entraToken = {
  iss: `https://login.microsoftonline.com/${directory}/v2.0`,
  aud: api,
  tid: directory,
  oid: 'o-1',
  azp: 'client',
  scp: 'access',
  ver: '2.0',
};

const clerkToken = { iss: 'https://clerk.notes.example', azp: 'https://notes.example', sid: 'sess_1', fva: [2, -1] };
const organization = { id: 'org_2abc', slg: 'acme', rol: 'admin' };
const auth0Token = {
  iss: 'https://example.eu.auth0.com/',
  aud: ['https://notes.example', 'https://example.eu.auth0.com/userinfo'],
  azp: 'web',
  scope: 'openid',
};
const keycloakToken = {
  iss: 'https://login.example/realms/main',
  aud: ['notes', 'account'],
  azp: 'web',
  typ: 'Bearer',
  realm_access: { roles: ['user'] },
};
const workosToken = { iss: 'https://api.workos.com/user_management/client_01', aud: 'client_01', sid: 'session_1', role: 'member' };
const oktaToken = {
  iss: 'https://example.okta.com/oauth2/default',
  aud: 'api://notes',
  cid: 'client',
  uid: 'u-1',
  scp: ['openid'],
  ver: 1,
};

const providers: readonly (readonly [
  string,
  BearerTokenOptions | readonly BearerTokenOptions[],
  readonly (readonly [string, Claims, string])[],
])[] = [
  [
    'Cognito, id tokens',
    cognito({ ...pool, tokenUse: 'id' }),
    [
      ['an id token', idToken, 'acme'],
      ['an access token', { ...accessToken, 'custom:tenant_id': 'acme' }, 'token_invalid'],
      ['another client', { ...idToken, aud: 'other' }, 'token_invalid'],
      ['the updated issuer', { ...idToken, iss: updated }, 'token_invalid'],
      ['another pool', { ...idToken, iss: `${original}3` }, 'token_invalid'],
      ['no tenant', { ...idToken, 'custom:tenant_id': undefined }, 'tenant_missing'],
    ],
  ],
  [
    'Cognito, access tokens',
    cognito({ ...pool, tokenUse: 'access', tenantClaim: 'tenant_id' }),
    [
      ['an access token', accessToken, 'acme'],
      ['an id token', { ...idToken, tenant_id: 'acme' }, 'token_invalid'],
      ['another client', { ...accessToken, client_id: 'other' }, 'token_invalid'],
    ],
  ],
  [
    'Cognito, updated issuer',
    cognito({ ...pool, tokenUse: 'id', issuerType: 'updated' }),
    [
      ['the updated issuer', { ...idToken, iss: updated }, 'acme'],
      ['the original issuer', idToken, 'token_invalid'],
    ],
  ],
  [
    'Cognito, both issuers',
    cognito({ ...pool, tokenUse: 'id', issuerType: 'both' }),
    [
      ['the updated issuer', { ...idToken, iss: updated }, 'acme'],
      ['the original issuer', idToken, 'acme'],
      ['another issuer', { ...idToken, iss: 'https://evil.example' }, 'token_invalid'],
    ],
  ],
  [
    'Auth0',
    auth0({ domain: 'example.eu.auth0.com', audience: 'https://notes.example' }),
    [
      ['a user of an organization', { ...auth0Token, org_id: 'org_acme' }, 'org_acme'],
      ['a user without an organization', auth0Token, 'tenant_missing'],
      ['the name of an organization', { ...auth0Token, org_name: 'acme' }, 'tenant_missing'],
      ['another domain', { ...auth0Token, org_id: 'org_acme', iss: 'https://evil.eu.auth0.com/' }, 'token_invalid'],
    ],
  ],
  [
    'Okta',
    okta({ domain: 'example.okta.com', authorizationServer: 'default', audience: 'api://notes', tenantClaim: 'tenant' }),
    [
      ['a token with the claim', { ...oktaToken, tenant: 'acme' }, 'acme'],
      ['a token without it', oktaToken, 'tenant_missing'],
      ['another authorization server', { ...oktaToken, tenant: 'acme', iss: 'https://example.okta.com/oauth2/other' }, 'token_invalid'],
    ],
  ],
  [
    'Entra ID',
    entraId({ tenants: { [directory]: 'acme', [other]: 'globex' }, clientId: api }),
    [
      ['a directory', entraToken, 'acme'],
      ['another directory', { ...entraToken, iss: entraToken.iss.replace(directory, other) }, 'globex'],
      ['a claim that names another tenant', { ...entraToken, tid: other, 'custom:tenant_id': 'globex', email: 'a@globex.com' }, 'acme'],
      ['a directory that is not listed', { ...entraToken, iss: entraToken.iss.replace(directory, api) }, 'token_invalid'],
      ['a token of version 1.0', { ...entraToken, iss: `https://sts.windows.net/${directory}/` }, 'token_invalid'],
      ['another application', { ...entraToken, aud: other }, 'token_invalid'],
    ],
  ],
  [
    'Keycloak, organizations',
    keycloak({ url: 'https://login.example', realm: 'main', audience: 'notes', organization: true }),
    [
      ['a list', { ...keycloakToken, organization: ['acme'] }, 'acme'],
      ['a map', { ...keycloakToken, organization: { acme: { id: '2c1f0e6a', tier: ['gold'] } } }, 'acme'],
      ['two organizations in a list', { ...keycloakToken, organization: ['acme', 'globex'] }, 'tenant_missing'],
      ['two organizations in a map', { ...keycloakToken, organization: { acme: {}, globex: {} } }, 'tenant_missing'],
      ['no organization', keycloakToken, 'tenant_missing'],
      ['a text', { ...keycloakToken, organization: 'acme' }, 'tenant_missing'],
      ['another realm', { ...keycloakToken, organization: ['acme'], iss: 'https://login.example/realms/other' }, 'token_invalid'],
    ],
  ],
  [
    'Keycloak, a claim',
    keycloak({ url: 'https://login.example/auth', realm: 'main', audience: 'notes', tenantClaim: ['tenant', 'id'] }),
    [['the claim', { ...keycloakToken, iss: 'https://login.example/auth/realms/main', tenant: { id: 'acme' } }, 'acme']],
  ],
  [
    'Clerk',
    clerk({ issuer: 'https://clerk.notes.example', authorizedParties: ['https://notes.example', 'https://admin.notes.example'] }),
    [
      ['version 2', { ...clerkToken, v: 2, o: organization }, 'org_2abc'],
      ['version 1', { ...clerkToken, org_id: 'org_1abc', org_slug: 'acme' }, 'org_1abc'],
      ['version 2 with the claim of version 1', { ...clerkToken, v: 2, org_id: 'org_1abc' }, 'tenant_missing'],
      ['version 1 with the claim of version 2', { ...clerkToken, o: organization }, 'tenant_missing'],
      ['a personal account', { ...clerkToken, v: 2 }, 'tenant_missing'],
      ['an active session', { ...clerkToken, v: 2, sts: 'active', o: organization }, 'org_2abc'],
      ['a session with pending tasks', { ...clerkToken, v: 2, sts: 'pending', o: organization }, 'tenant_missing'],
      ['a session of version 1 with pending tasks', { ...clerkToken, sts: 'pending', org_id: 'org_1abc' }, 'tenant_missing'],
      ['another front end', { ...clerkToken, v: 2, o: organization, azp: 'https://evil.example' }, 'token_invalid'],
      ['no front end', { ...clerkToken, v: 2, o: organization, azp: undefined }, 'token_invalid'],
      ['an audience', { ...clerkToken, v: 2, o: organization, aud: 'other' }, 'token_invalid'],
    ],
  ],
  [
    'WorkOS',
    workos({ clientId: 'client_01' }),
    [
      ['a session of an organization', { ...workosToken, org_id: 'org_01HRDMC6CM357W30QMHMQ96Q0S' }, 'org_01HRDMC6CM357W30QMHMQ96Q0S'],
      ['a session without one', workosToken, 'tenant_missing'],
      ['the default token, which has no audience', { ...workosToken, aud: undefined, org_id: 'org_01' }, 'token_invalid'],
      ['another client', { ...workosToken, aud: 'client_02', org_id: 'org_01' }, 'token_invalid'],
    ],
  ],
];

describe.each(providers)('%s', (_, options, cases) => {
  it.each(cases)('%s', async (_name, claims, expected) => {
    expect(await application(options)(claims)).toBe(expected);
  });
});

describe('the options of a preset', () => {
  it.each<[string, () => unknown, string]>([
    ['a region', () => cognito({ ...pool, region: 'Ireland', tokenUse: 'id' }), '`region` must be an AWS region'],
    ['a pool', () => cognito({ ...pool, userPoolId: 'pool', tokenUse: 'id' }), '`userPoolId` must be the id of a user pool'],
    [
      'a pool of another region',
      () => cognito({ ...pool, userPoolId: 'us-east-1_Example12', tokenUse: 'id' }),
      '`userPoolId` must begin with the region',
    ],
    ['a kind of token', () => cognito(pool as never), "`tokenUse` must be 'id' or 'access'"],
    ['an issuer type', () => cognito({ ...pool, tokenUse: 'id', issuerType: 'new' as never }), '`issuerType` must be'],
    ['a domain', () => auth0({ domain: 'https://example.auth0.com', audience: 'a' }), '`domain` must be a domain'],
    ['an audience', () => auth0({ domain: 'example.auth0.com' } as never), '`audience` must be'],
    [
      'an authorization server',
      () => okta({ domain: 'example.okta.com', authorizationServer: 'a/b', audience: 'a', tenantClaim: 't' }),
      '`authorizationServer` must be',
    ],
    ['directories', () => entraId({ tenants: {}, clientId: api }), '`tenants` must have the tenant of each directory'],
    ['a directory', () => entraId({ tenants: { common: 'acme' }, clientId: api }), '`tenants.common` must be a GUID'],
    ['an application', () => entraId({ tenants: { [directory]: 'acme' }, clientId: 'app' }), '`clientId` must be a GUID'],
    [
      'a server',
      () => keycloak({ url: 'https://login.example/', realm: 'main', audience: 'a' }),
      '`url` must be the address of the server',
    ],
    ['a realm', () => keycloak({ url: 'https://login.example', realm: 'a/b', audience: 'a' }), '`realm` must be the name of a realm'],
    ['an issuer', () => clerk({ issuer: 'clerk.example', authorizedParties: 'a' }), '`issuer` must be'],
    ['front ends', () => bearerToken(clerk({ issuer: 'https://clerk.example' } as never)), '`audience` is required'],
    ['a client', () => workos({ clientId: 'a/b' }), '`clientId` must be an identifier'],
    ['no other option', () => workos({ clientId: 'a', domain: 'b' } as never), '`domain` is not an option'],
    ['an object', () => auth0(undefined as never), 'the options of `identityProviders.auth0` must be an object'],
  ])('need %s', (_, create, fault) => {
    expect(create).toThrow(expect.objectContaining({ code: 'configuration_invalid', message: expect.stringContaining(fault) }));
  });

  it('can be added to', () => {
    const options = keycloak({ url: 'https://login.example', realm: 'main', audience: 'notes', organization: true });

    expect(() =>
      bearerToken({ ...options, tenantClaim: 'organization', activeTenant: { header: 'x-tenant-id' }, secretOrKey: publicKey }),
    ).not.toThrow();
  });
});
