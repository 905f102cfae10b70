import type { LocalAws } from '../local-aws.ts';
import type { TokenOptions } from '../issuer.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const ROLE_ARN = 'arn:aws:iam::000000000000:role/TenantAccess';

/** The account that the app's role and resources are in. */
export function accountOf(roleArn: string): string {
  return /^arn:aws:iam::(\d{12}):/.exec(roleArn)?.[1] ?? '000000000000';
}

/** The role of the app, or one for the test. */
export function roleArnOf(env: Environment): string {
  return env['TENANT_AWS_ROLE_ARN'] || ROLE_ARN;
}

/** The region of the app, or one for the test. */
export function regionOf(env: Environment): string {
  return env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || 'us-east-1';
}

/**
 * The variables that make the app use the local AWS. Everything else is as the app is configured: its templates, audience and tenant claim.
 * A key server and algorithms are set, too: a loader such as dotenv sets only variables that are absent.
 */
export function variablesFor(env: Environment, { issuer }: Pick<LocalAws, 'issuer'>): Record<string, string> {
  return {
    TENANT_AWS_ROLE_ARN: roleArnOf(env),
    TENANT_AWS_JWT_ISSUER: issuer.url,
    TENANT_AWS_JWT_AUDIENCE: env['TENANT_AWS_JWT_AUDIENCE'] || issuer.audience,
    TENANT_AWS_JWKS_URI: issuer.jwksUri,
    TENANT_AWS_JWT_ALGORITHMS: 'RS256',
    PORT: '0',
  };
}

/** The content of a token that the app accepts: with its audience, its tenant claim, and its kind of token. */
export function tokenFor(env: Environment, tenant: string, claims: Readonly<Record<string, unknown>>): TokenOptions {
  const [audience = ''] = (env['TENANT_AWS_JWT_AUDIENCE'] ?? '').split(',').map((part) => part.trim());
  const { TENANT_AWS_TENANT_CLAIM: claim, TENANT_AWS_JWT_TOKEN_USE: tokenUse } = env;
  return {
    tenant,
    claims: {
      ...(audience !== '' && { aud: audience }),
      ...(claim && { 'custom:tenant_id': undefined, [claim]: tenant }),
      ...(tokenUse && { token_use: tokenUse }),
      // Access tokens of Amazon Cognito have `client_id` and no `aud`.
      ...(tokenUse === 'access' && { aud: undefined, client_id: audience }),
      ...claims,
    },
  };
}
