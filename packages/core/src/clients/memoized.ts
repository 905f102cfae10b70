import type { AwsCredentialIdentityProvider } from '@smithy/types';

/** Marked as one that keeps its own cache, so that the SDK asks at every call: a cache of its own over ours would outlive it, and the tenant. */
export function memoized(credentials: () => ReturnType<AwsCredentialIdentityProvider>): AwsCredentialIdentityProvider {
  return Object.assign(credentials, { memoized: true });
}
