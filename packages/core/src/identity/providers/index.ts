import { auth0 } from './auth0.ts';
import { clerk } from './clerk.ts';
import { cognito } from './cognito.ts';
import { entraId } from './entra-id.ts';
import { keycloak } from './keycloak.ts';
import { okta } from './okta.ts';
import { workos } from './workos.ts';

/**
 * Options of `bearerToken()` for well-known identity providers. Each preset returns plain data, to which other options can be added.
 * Throws {@link ConfigurationError} for an invalid option.
 *
 * @example
 * const identity = bearerToken(identityProviders.auth0({ domain: 'example.eu.auth0.com', audience: 'https://notes.example.com' }));
 */
export const identityProviders: {
  readonly auth0: typeof auth0;
  readonly clerk: typeof clerk;
  readonly cognito: typeof cognito;
  readonly entraId: typeof entraId;
  readonly keycloak: typeof keycloak;
  readonly okta: typeof okta;
  readonly workos: typeof workos;
} = { auth0, clerk, cognito, entraId, keycloak, okta, workos };
