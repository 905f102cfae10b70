import { ConfigurationError } from '@tenant-aws/policy';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { NoTenantError } from '../errors.ts';
import type { ClientScope } from './client-cache.ts';
import { currentTenantAws, runInTenantContext, tenantContext } from './current.ts';
import { memoized } from './sdk-client.ts';
import type { TenantAws } from './tenant-aws.ts';

/**
 * The scope of a client that serves the tenant in whose context each call is made.
 *
 * @param onCall runs before each call
 */
export function currentScope(onCall: () => void): ClientScope {
  return {
    key: 'current',
    tenantOf: () => currentTenantAws().tenantId,
    credentials: memoized(() => {
      onCall();
      return currentTenantAws().credentials();
    }),
    isOfAllTenants: true,
  };
}

/**
 * Warns once when a client of the current tenant is called in the context of a request whose response has ended. A handler
 * may do this for background work of its own. But it also happens where a queue, a batch or a listener that several requests
 * share makes the call, and then the call may be for another tenant.
 */
export function warnOnceAfterResponse(): () => void {
  let warned = false;
  return () => {
    const context = tenantContext();
    if (warned || context?.purpose !== 'handler' || !context.exchange?.ended) return;
    warned = true;
    process.emitWarning(
      'A client of the current tenant was called in the async context of a request whose response has already ended. ' +
        'If a queue, a batch or a listener that several requests share made the call, it was signed as the tenant of that request, ' +
        'even if the work is for another tenant. Pass `tenantAws` or its client along with the work, or bind the work with `bindTenant()`.',
      { type: 'TenantAwsWarning', code: 'TENANT_AWS_ANSWERED_REQUEST' },
    );
  };
}

/**
 * Refuses a client that would use the credentials of one tenant for the next. Its provider is called in the contexts of two
 * invented tenants and must return the credentials of each. The AWS SDK before 3.810 caches the first credentials.
 *
 * @throws {@link ConfigurationError} it returns the first tenant's credentials for both
 */
export async function assertFollowsCurrent(client: object): Promise<void> {
  const { credentials } = (client as { readonly config: { readonly credentials: AwsCredentialIdentityProvider } }).config;
  for (const canary of ['first', 'second', 'first'].map(canaryOf)) {
    const { accessKeyId } = await runInTenantContext({ current: canary }, () => credentials());
    if (accessKeyId === canary.tenantId) continue;
    throw new ConfigurationError([
      `${client.constructor.name} would use the credentials of one tenant for the next: install version 3.810 or later of the AWS SDK's clients, and only one version of each`,
    ]);
  }
}

/** An invented tenant. Its access key is its tenant id, and expires late enough for any cache to keep it. */
function canaryOf(name: string): TenantAws {
  const tenantId = `canary-${name}`;
  const refuse = (): never => {
    throw new NoTenantError();
  };
  const expiration = new Date(Date.now() + 3_600_000);
  return {
    tenantId,
    identity: { tenantId, claims: {}, source: 'claims' },
    credentials: async () => ({ accessKeyId: tenantId, secretAccessKey: 'none', sessionToken: 'none', expiration }),
    client: refuse,
    scoped: refuse,
    lasting: refuse,
    run: refuse,
  };
}
