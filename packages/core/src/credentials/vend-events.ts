import { channels, codeOf, reasonOf, type VendEvent } from '../events.ts';
import type { Entry, Refreshed } from './entry.ts';
import type { Grant } from './grants.ts';

/** What is known of the credentials; of a failed call, only part of it. */
type CredentialFacts = { readonly [Name in 'policyDigest' | 'tokenUtilisation' | 'requestId']?: Entry[Name] | undefined };

/** Publishes to `tenant-aws:vend`. Callers check first that it has subscribers. */
export function publishVend(
  grant: Grant,
  outcome: VendEvent['outcome'],
  durationMs: number,
  facts: CredentialFacts,
  error?: unknown,
): void {
  const { policyDigest, tokenUtilisation, requestId } = facts;
  const [code, reason] = [codeOf(error), reasonOf(error)];
  channels.vend.publish({
    tenantId: grant.tenantId,
    roleArn: grant.session.roleArn,
    templates: grant.permissions.templates,
    outcome,
    durationMs,
    ...(policyDigest === undefined ? {} : { policyDigest }),
    ...(tokenUtilisation === undefined ? {} : { tokenUtilisation }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(code === undefined ? {} : { code }),
    ...(reason === undefined ? {} : { reason }),
  });
}

/** Publishes to `tenant-aws:refresh`, and the new credentials to `tenant-aws:vend`. */
export function publishRefresh(grant: Grant, durationMs: number, { entry, error, retryInMs }: Refreshed): void {
  if (entry !== undefined && channels.vend.hasSubscribers) publishVend(grant, 'refreshed', durationMs, entry);
  if (!channels.refresh.hasSubscribers) return;
  const [code, reason] = [codeOf(error), reasonOf(error)];
  channels.refresh.publish({
    tenantId: grant.tenantId,
    outcome: entry === undefined ? 'failed' : 'refreshed',
    durationMs,
    ...(code === undefined ? {} : { code }),
    ...(reason === undefined ? {} : { reason }),
    ...(retryInMs === undefined ? {} : { retryInMs }),
  });
}
