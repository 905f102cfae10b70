import type { BearerTokenOptions } from '../../src/identity/bearer-token-options.ts';
import { pair } from './trusted-issuer.ts';

interface ProviderToken {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly options: Partial<BearerTokenOptions>;
}

/** Header and claims as each provider documents them. Issuer, audience and times are the test issuer's, unless given. */
export const providerTokens: Readonly<Record<string, ProviderToken>> = {
  'an id token of Cognito': {
    claims: {
      token_use: 'id',
      'cognito:groups': ['eu-west-1_example_Okta', 'editors'],
      'cognito:username': 'Okta_user-1',
      identities: [
        { userId: 'user-1', providerName: 'Okta', providerType: 'SAML', issuer: null, primary: 'true', dateCreated: '1642699117273' },
      ],
      email_verified: true,
      origin_jti: 'b7d0c1a2-3f5e-4b68-9d7a-2c1f0e6a8b94',
      event_id: '64f513be-32db-42b0-b78e-b02127b4f463',
      auth_time: 1_700_000_000,
    },
    options: { tokenUse: 'id' },
  },
  'an access token of Cognito': {
    claims: {
      token_use: 'access',
      aud: undefined,
      client_id: 'notes',
      scope: 'aws.cognito.signin.user.admin',
      version: 2,
      auth_time: 1_700_000_000,
      device_key: 'eu-west-1_a1b2c3d4',
    },
    options: { tokenUse: 'access' },
  },
  'an access token of Auth0': {
    header: { typ: 'JWT' },
    claims: {
      aud: ['notes', 'https://example.auth0.com/userinfo'],
      azp: 'client',
      scope: 'openid profile',
      gty: 'password',
      org_id: 'acme',
    },
    options: { tenantClaim: 'org_id' },
  },
  'an access token of Auth0 by RFC 9068': {
    header: { typ: 'at+jwt' },
    claims: { client_id: 'client', scope: 'read:notes', jti: 'a-1', 'https://notes.example/tenant': 'acme' },
    options: { tenantClaim: 'https://notes.example/tenant' },
  },
  'an access token of Okta': {
    claims: { ver: 1, jti: 'AT.a-1', cid: 'client', uid: 'user-1', scp: ['openid', 'notes'], auth_time: 1_700_000_000, tenant: 'acme' },
    options: { tenantClaim: 'tenant' },
  },
  'an access token of Entra ID': {
    header: { typ: 'JWT', x5t: pair.id },
    claims: {
      nbf: 1_700_000_000,
      aio: 'ATQAy/8TAAAA',
      azp: '00000003-0000-0000-0000-000000000000',
      azpacr: '1',
      oid: '1f2e3d4c-0000-0000-0000-000000000000',
      tid: '9f3c2b1a-0000-4000-8000-000000000001',
      rh: '0.AAAA',
      scp: 'access_as_user',
      uti: 'AAAA',
      ver: '2.0',
      wids: ['b79fbf4d-3ef9-4689-8143-76b194e85509'],
      _claim_names: { groups: 'src1' },
      _claim_sources: { src1: { endpoint: 'https://graph.microsoft.com/v1.0/users/1/getMemberObjects' } },
      xms_tcdt: 1_600_000_000,
    },
    options: { tenantClaim: 'tid' },
  },
  'an access token of Keycloak': {
    header: { typ: 'JWT' },
    claims: {
      typ: 'Bearer',
      azp: 'web',
      acr: '1',
      'allowed-origins': ['https://notes.example'],
      realm_access: { roles: ['offline_access', 'uma_authorization'] },
      resource_access: { account: { roles: ['manage-account', 'view-profile'] }, notes: { roles: ['editor'] } },
      organization: { acme: { id: '2c1f0e6a', tier: ['gold'] } },
      authorization: { permissions: [{ scopes: ['read'], rsid: '1', rsname: 'notes', claims: { organization: ['acme'] } }] },
      sid: 's-1',
      tenant: { id: 'acme' },
    },
    options: { tenantClaim: ['tenant', 'id'] },
  },
  'a session token of Clerk': {
    header: { typ: 'JWT', cat: 'cl_B7d4PD111AAA' },
    claims: {
      aud: 'notes',
      azp: 'https://notes.example',
      fva: [2, -1],
      nbf: 1_700_000_000,
      o: { id: 'org_2abc', rol: 'admin', slg: 'acme', per: 'read,manage', fpm: '1,2' },
      sid: 'sess_1',
      sts: 'active',
      v: 2,
      act: { iss: 'https://dashboard.clerk.com', sid: 'sess_2', sub: 'user_2' },
    },
    options: { tenantClaim: ['o', 'id'] },
  },
  'an access token of WorkOS': {
    claims: {
      act: { sub: 'admin@example.com' },
      org_id: 'org_01HRDMC6CM357W30QMHMQ96Q0S',
      role: 'member',
      roles: ['member'],
      permissions: ['posts:read', 'posts:write'],
      entitlements: ['audit-logs'],
      sid: 'session_1',
      jti: '01HQSXZXPPFPKMDD32RKTFY6PV',
    },
    options: { tenantClaim: 'org_id' },
  },
  'an id token of Firebase': {
    header: { typ: 'JWT' },
    claims: {
      auth_time: 1_700_000_000,
      firebase: { identities: { 'google.com': ['1'], email: ['a@example.com'] }, sign_in_provider: 'google.com', tenant: 'acme-x1y2z' },
    },
    options: { tenantClaim: ['firebase', 'tenant'] },
  },
  'a token without a time of issue': { claims: { iat: undefined }, options: {} },
  'a token with fractions of seconds': { claims: { iat: 1_700_000_000.123, nbf: 1_700_000_000.5, exp: 4_000_000_000.5 }, options: {} },
};
