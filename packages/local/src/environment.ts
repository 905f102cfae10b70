import { devNull } from 'node:os';
import type { Keys } from './sessions.ts';

/** The variables that direct an AWS SDK, the AWS CLI or boto3 to the local AWS. */
export function environment(url: string, region: string, keys: Keys): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: region,
    // boto3 and AWS CLI 1 read only this one.
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    // The developer's own profiles can have keys, endpoints and regions of real AWS.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
  };
}

/**
 * Sets variables in an environment, and deletes those that would direct a client to another AWS. Returns a function that restores the
 * variables that it changed.
 */
export function applyEnvironment(target: Record<string, string | undefined>, variables: Readonly<Record<string, string>>): () => void {
  const endpoints = Object.keys(target).filter((name) => name.startsWith('AWS_ENDPOINT_URL_'));
  const removed = [...UNSET, ...endpoints].filter((name) => name in target && !(name in variables));
  const before = [...new Set([...removed, ...Object.keys(variables)])].map((name) => [name, target[name]] as const);
  for (const name of removed) delete target[name];
  Object.assign(target, variables);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete target[name];
      else target[name] = value;
    }
  };
}

/** The variables to delete: they would direct a client to another endpoint or other credentials, or make it fail. */
export const UNSET: readonly string[] = [
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_ROLE_ARN',
  'AWS_ROLE_SESSION_NAME',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_USE_FIPS_ENDPOINT',
  'AWS_USE_DUALSTACK_ENDPOINT',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  'AWS_STS_REGIONAL_ENDPOINTS',
  'AWS_S3_USE_ARN_REGION',
  'AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS',
  'AWS_SIGV4A_SIGNING_REGION_SET',
  'AWS_AUTH_SCHEME_PREFERENCE',
  'AWS_ENDPOINT_URL_CLOUDWATCH_LOGS',
  'AWS_ENDPOINT_URL_DYNAMODB',
  'AWS_ENDPOINT_URL_EVENTBRIDGE',
  'AWS_ENDPOINT_URL_LAMBDA',
  'AWS_ENDPOINT_URL_S3',
  'AWS_ENDPOINT_URL_SFN',
  'AWS_ENDPOINT_URL_SNS',
  'AWS_ENDPOINT_URL_SQS',
  'AWS_ENDPOINT_URL_STS',
];
