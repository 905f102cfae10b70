import { channel } from 'node:diagnostics_channel';
import { TenantAwsError } from '@tenant-aws/policy';
import { operatorText } from './operator-text.ts';

/** `tenant-aws:identity`: once for each request through a gate, refused ones too. */
export interface IdentityEvent {
  /** The kind of the identity source. Absent if a custom source does not name its kind. */
  readonly source?: string;
  readonly tenantId?: string;
  readonly subject?: string;
  /** The error's code, if the request was refused. */
  readonly code?: string;
  /** The error's `detail.reason`, if it has one. Never a value of the request. */
  readonly reason?: string;
}

/** `tenant-aws:vend`: each request for credentials, and each refresh. */
export interface VendEvent {
  readonly tenantId: string;
  readonly roleArn: string;
  readonly templates: readonly { readonly name: string; readonly version?: string }[];
  /** SHA-256 of the session policy, base64url. Absent if no policy could be made. */
  readonly policyDigest?: string;
  /** How much of the session token's size limit is used, in percent, as STS reports it. */
  readonly tokenUtilisation?: number;
  /** From the cache · by a call that was already pending · by its own call · ahead of time · no credentials. */
  readonly outcome: 'hit' | 'shared' | 'assumed' | 'refreshed' | 'failed';
  readonly durationMs: number;
  /** The request id of STS, which CloudTrail shows. */
  readonly requestId?: string;
  /** The error's code, if it failed. */
  readonly code?: string;
  /** The error's `detail.reason`, if it failed and has one. */
  readonly reason?: string;
}

/** `tenant-aws:refresh`: the end of a refresh ahead of time. */
export interface RefreshEvent {
  readonly tenantId: string;
  readonly outcome: 'refreshed' | 'failed';
  readonly durationMs: number;
  readonly code?: string;
  /** The error's `detail.reason`, if it failed and has one. */
  readonly reason?: string;
  /** Milliseconds until the next try, if it failed. */
  readonly retryInMs?: number;
}

/** `tenant-aws:revoke` */
export interface RevokeEvent {
  readonly tenantId: string;
  readonly forSeconds: number;
}

/** `tenant-aws:denied`: AWS denied a call of a tenant's client. It is an attempted attack, or a template lacks a permission. */
export interface DeniedEvent {
  readonly tenantId: string;
  /** `S3` */
  readonly service: string;
  /** `GetObject` */
  readonly operation: string;
  readonly requestId?: string;
}

/** `tenant-aws:warning`: a tenant's session token uses 75 % of its size limit or more. Above 100 % STS refuses. */
export interface WarningEvent {
  readonly kind: 'token_utilisation';
  readonly tenantId: string;
  readonly percent: number;
}

/** The events by channel. No event contains a secret or a token. */
export interface TenantAwsEvents {
  readonly identity: IdentityEvent;
  readonly vend: VendEvent;
  readonly refresh: RefreshEvent;
  readonly revoke: RevokeEvent;
  readonly denied: DeniedEvent;
  readonly warning: WarningEvent;
}

/** A channel of `node:diagnostics_channel`, with the type of its events. */
export interface EventChannel<Event> {
  readonly name: string | symbol;
  readonly hasSubscribers: boolean;
  publish(event: Event): void;
  subscribe(listener: (event: Event, name: string | symbol) => void): void;
  unsubscribe(listener: (event: Event, name: string | symbol) => void): void;
}

/**
 * The channels by the last part of their names: `channels.vend` is `tenant-aws:vend`, also for `diagnostics_channel.subscribe`.
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

/** Every publisher uses these channels, so that the events have these types. */
function typed<Name extends keyof TenantAwsEvents>(name: Name): EventChannel<TenantAwsEvents[Name]> {
  return channel(`tenant-aws:${name}`) as EventChannel<TenantAwsEvents[Name]>;
}

/** The code that an event shows of an error; `undefined` for errors of other packages. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof TenantAwsError ? error.code : undefined;
}

/** The reason that an error has for the operator, as one line without secrets: a custom identity source may have written it. */
export function reasonOf(error: unknown): string | undefined {
  const reason: unknown = error instanceof TenantAwsError ? error.detail['reason'] : undefined;
  return typeof reason === 'string' ? operatorText(reason, 200) : undefined;
}
