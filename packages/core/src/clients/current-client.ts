import { ConfigurationError } from '@tenant-aws/policy';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { NoTenantError } from '../errors.ts';
import type { ClientScope } from './client-cache.ts';
import { currentTenantAws, runInTenantContext, tenantContext } from './current.ts';
import { memoized } from './sdk-client.ts';
import type { TenantAws } from './tenant-aws.ts';

/**
 * Whose client it is: that of the tenant in whose context each call is made.
 *
 * @param called told of each call
 */
export function currentScope(called: () => void): ClientScope {
  return {
    key: 'current',
    tenantOf: () => currentTenantAws().tenantId,
    credentials: memoized(() => {
      called();
      return currentTenantAws().credentials();
    }),
    isOfAllTenants: true,
  };
}

/**
 * Warns, once, when a client of the current tenant is used in the context of a request that was answered before. A handler
 * may do so for work that it has started itself. But the same is seen where a queue, a batch or a listener that requests
 * share makes the call, and there the tenant is another's.
 */
export function warnOnceAfterAnswer(): () => void {
  let warned = false;
  return () => {
    const context = tenantContext();
    if (warned || context?.purpose !== 'handler' || !context.exchange?.ended) return;
    warned = true;
    process.emitWarning(
      'A client of the current tenant was called in the async context of a request that is already answered. ' +
        'Where a queue, a batch or a listener that requests share makes the call, it is signed as the tenant of that request, ' +
        'whichever request the work is for. Pass `tenantAws` or its client along with the work, or bind the work with `bindTenant()`.',
      { type: 'TenantAwsWarning', code: 'TENANT_AWS_ANSWERED_REQUEST' },
    );
  };
}

/**
 * Refuses a client that keeps the credentials of one tenant for the next: asked in the contexts of two tenants that do
 * not exist, it must answer the credentials of each. Releases of the AWS SDK before 3.810 keep what they were first given.
 *
 * @throws {@link ConfigurationError} it answers the first one's to both
 */
export async function assertFollowsCurrent(client: object): Promise<void> {
  const { credentials } = (client as { readonly config: { readonly credentials: AwsCredentialIdentityProvider } }).config;
  const keyAs = async (canary: TenantAws): Promise<string> =>
    (await runInTenantContext({ current: canary }, () => credentials())).accessKeyId;
  for (const canary of ['first', 'second', 'first'].map(canaryOf)) {
    if ((await keyAs(canary)) === canary.tenantId) continue;
    throw new ConfigurationError([
      `${client.constructor.name} keeps the credentials of one tenant for the next: install the AWS SDK's clients in version 3.810 or later, and one version of each`,
    ]);
  }
}

/** A tenant that exists nowhere; its access key is its name, and lives long enough for any cache to keep it. */
function canaryOf(name: string): TenantAws {
  const refuse = (): never => {
    throw new NoTenantError();
  };
  const canary: TenantAws = {
    tenantId: `canary-${name}`,
    identity: { tenantId: `canary-${name}`, claims: {}, source: 'claims' },
    credentials: async () => ({
      accessKeyId: canary.tenantId,
      secretAccessKey: 'none',
      sessionToken: 'none',
      expiration: new Date(Date.now() + 3_600_000),
    }),
    client: refuse,
    scoped: refuse,
    lasting: refuse,
    run: (fn) => runInTenantContext({ current: canary }, fn),
  };
  return canary;
}
