import { TenantAwsError } from '@tenant-aws/policy';
import { channels, type VendEvent } from '../events.ts';
import type { Entry, Refreshed } from './entry-cache.ts';
import type { Grant } from './grants.ts';

/** What is told of an entry; of a failure, what there was of one. */
type Told = { readonly [Name in 'policyDigest' | 'tokenUtilisation' | 'requestId']?: Entry[Name] | undefined };

/** Tells `tenant-aws:vend`; asked only where somebody listens. */
export function publishVend(grant: Grant, outcome: VendEvent['outcome'], durationMs: number, told: Told, error?: unknown): void {
  const { policyDigest, tokenUtilisation, requestId } = told;
  channels.vend.publish({
    tenantId: grant.tenantId,
    roleArn: grant.assumption.roleArn,
    templates: grant.permissions.templates,
    outcome,
    durationMs,
    ...(policyDigest === undefined ? {} : { policyDigest }),
    ...(tokenUtilisation === undefined ? {} : { tokenUtilisation }),
    ...(requestId === undefined ? {} : { requestId }),
    ...codeOf(error),
  });
}

/** Tells `tenant-aws:refresh`, and `tenant-aws:vend` of what it brought. */
export function publishRefresh(grant: Grant, durationMs: number, { entry, error, retryInMs }: Refreshed): void {
  if (entry !== undefined && channels.vend.hasSubscribers) publishVend(grant, 'refreshed', durationMs, entry);
  if (!channels.refresh.hasSubscribers) return;
  channels.refresh.publish({
    tenantId: grant.tenantId,
    outcome: entry === undefined ? 'failed' : 'refreshed',
    durationMs,
    ...codeOf(error),
    ...(retryInMs === undefined ? {} : { retryInMs }),
  });
}

function codeOf(error: unknown): { code?: string } {
  return error instanceof TenantAwsError ? { code: error.code } : {};
}
