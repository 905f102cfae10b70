import { ConfigurationError } from '@tenant-aws/policy';
import type { BearerTokenOptions } from '../bearer-token-options.ts';
import type { TenantClaim } from '../token-tenant.ts';
import { checkProviderOptions, IDENTIFIER } from './provider-options.ts';

export interface CognitoOptions {
  readonly region: string;
  readonly userPoolId: string;
  /** The id of the app client. */
  readonly clientId: string;
  /** Which of the two kinds of token is accepted. An access token has custom attributes only if a Lambda trigger adds them. */
  readonly tokenUse: 'id' | 'access';
  /** Default: `custom:tenant_id`. */
  readonly tenantClaim?: TenantClaim | undefined;
  /** Which issuer is accepted: the original one of the pool, the updated one of a pool in several regions, or both. Default: `original`. */
  readonly issuerType?: 'original' | 'updated' | 'both' | undefined;
}

const HOSTS = { original: 'cognito-idp', updated: 'issuer-cognito-idp' } as const;

/**
 * The tokens of an Amazon Cognito user pool. With `issuerType: 'both'`, a list for its two issuers.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
 */
export function cognito(options: CognitoOptions & { readonly issuerType: 'both' }): readonly BearerTokenOptions[];
export function cognito(options: CognitoOptions): BearerTokenOptions;
export function cognito(options: CognitoOptions): BearerTokenOptions | readonly BearerTokenOptions[] {
  checkProviderOptions(
    'cognito',
    options,
    {
      region: { pattern: /^[a-z]{2}(?:-[a-z]+)+-\d$/, fault: "must be an AWS region, such as 'eu-west-1'" },
      userPoolId: { pattern: /^[a-z0-9-]+_[A-Za-z0-9]+$/, fault: "must be the id of a user pool, such as 'eu-west-1_Example12'" },
      clientId: IDENTIFIER,
      tokenUse: { pattern: /^(?:id|access)$/, fault: "must be 'id' or 'access': the kind of token that the client sends" },
      issuerType: { pattern: /^(?:original|updated|both)$/, fault: "must be 'original', 'updated' or 'both'", optional: true },
    },
    ['tenantClaim'],
  );
  const { region, userPoolId, clientId, tokenUse, tenantClaim, issuerType = 'original' } = options;
  if (!userPoolId.startsWith(`${region}_`)) {
    throw new ConfigurationError([
      { path: 'userPoolId', text: `must begin with the region ${region}: the id of a pool in several regions has its primary region` },
    ]);
  }
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const optionsOf = (type: keyof typeof HOSTS): BearerTokenOptions => ({
    issuer: `https://${HOSTS[type]}.${region}.${suffix}/${userPoolId}`,
    audience: clientId,
    tokenUse,
    tenantClaim,
  });
  return issuerType === 'both' ? [optionsOf('original'), optionsOf('updated')] : optionsOf(issuerType);
}
