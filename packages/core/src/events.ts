import { channel } from 'node:diagnostics_channel';

/** `tenant-aws:identity`: once for each request that came through a gate, refused ones too. */
export interface IdentityEvent {
  /** Which kind of source was asked; absent where a source of your own does not say. */
  readonly source?: string;
  readonly tenantId?: string;
  readonly subject?: string;
  /** Of the error, where the request was refused. */
  readonly code?: string;
}

/** `tenant-aws:vend`: each time credentials were asked for, and each refresh. */
export interface VendEvent {
  readonly tenantId: string;
  readonly roleArn: string;
  readonly templates: readonly { readonly name: string; readonly version?: string }[];
  /** SHA-256 of the session policy, base64url; absent where none could be made. */
  readonly policyDigest?: string;
  /** Percent of the session token's room that is used, as STS says. */
  readonly tokenUtilisation?: number;
  /** From memory · by a call that was under way · by a call of its own · ahead of time · not at all. */
  readonly outcome: 'hit' | 'shared' | 'assumed' | 'refreshed' | 'failed';
  readonly durationMs: number;
  /** Of STS, for CloudTrail. */
  readonly requestId?: string;
  /** Of the error, where it failed. */
  readonly code?: string;
}

/** `tenant-aws:refresh`: a refresh ahead of time has ended. */
export interface RefreshEvent {
  readonly tenantId: string;
  readonly outcome: 'refreshed' | 'failed';
  readonly durationMs: number;
  readonly code?: string;
  /** Milliseconds until it is tried again, where it failed. */
  readonly retryInMs?: number;
}

/** `tenant-aws:revoke` */
export interface RevokeEvent {
  readonly tenantId: string;
  readonly forSeconds: number;
}

/** `tenant-aws:denied`: AWS denied a call of a vended client. An intrusion alarm, or a permission that a template lacks. */
export interface DeniedEvent {
  readonly tenantId: string;
  /** `S3` */
  readonly service: string;
  /** `GetObject` */
  readonly operation: string;
  readonly requestId?: string;
}

/** `tenant-aws:warning`: the session token of a tenant is 75 % full or more; at 100 % STS refuses. */
export interface WarningEvent {
  readonly kind: 'token_utilisation';
  readonly tenantId: string;
  readonly percent: number;
}

/** What each channel carries. Never a secret, never a token. */
export interface TenantAwsEvents {
  readonly identity: IdentityEvent;
  readonly vend: VendEvent;
  readonly refresh: RefreshEvent;
  readonly revoke: RevokeEvent;
  readonly denied: DeniedEvent;
  readonly warning: WarningEvent;
}

/** A channel of `node:diagnostics_channel`, with the type of what it carries. */
export interface EventChannel<Event> {
  readonly name: string | symbol;
  readonly hasSubscribers: boolean;
  publish(event: Event): void;
  subscribe(listener: (event: Event, name: string | symbol) => void): void;
  unsubscribe(listener: (event: Event, name: string | symbol) => void): void;
}

/**
 * The channels by their last part: `channels.vend` is `tenant-aws:vend`, which `diagnostics_channel.subscribe` reaches by that name, too.
 * Without a subscriber nothing is computed and nothing is published.
 *
 * @example
 * channels.denied.subscribe(({ tenantId }) => metrics.increment('denied', tenantId));
 */
export const channels: { readonly [Name in keyof TenantAwsEvents]: EventChannel<TenantAwsEvents[Name]> } = {
  identity: typed('identity'),
  vend: typed('vend'),
  refresh: typed('refresh'),
  revoke: typed('revoke'),
  denied: typed('denied'),
  warning: typed('warning'),
};

/** Only this file publishes to these names, so that what they carry is what it says. */
function typed<Name extends keyof TenantAwsEvents>(name: Name): EventChannel<TenantAwsEvents[Name]> {
  return channel(`tenant-aws:${name}`) as EventChannel<TenantAwsEvents[Name]>;
}
