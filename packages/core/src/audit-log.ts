import { ConfigurationError } from '@tenant-aws/policy';
import { channels, type EventChannel } from './events.ts';

export interface AuditLogOptions {
  /** Gets one line of JSON, without a line break. If it throws, Node reports an uncaught exception. No request fails. */
  readonly write: (line: string) => void;
}

/**
 * Writes one line of JSON for each AssumeRole, refresh, revocation, refusal, and call that AWS denied, of every machine in the process:
 * `{ at, event, tenantId, … }`, with `event` one of `assume`, `refresh`, `revoke`, `refusal`, `denied`, and the members of the channel's event.
 * Credentials from the cache are not logged.
 *
 * @returns a function that stops the log
 * @throws {@link ConfigurationError} `write` is not a function
 * @example
 * const stop = auditLog({ write: (line) => console.log(line) });
 */
export function auditLog({ write }: AuditLogOptions): () => void {
  if (typeof write !== 'function') throw new ConfigurationError(['`write` of `auditLog` must be a function that takes a line']);
  const line = (event: string, members: object): void => write(oneLine({ at: new Date().toISOString(), event, ...members }));
  const unsubscribes = [
    subscribed(channels.identity, (event) => {
      if (event.code !== undefined) line('refusal', event);
    }),
    subscribed(channels.vend, (event) => {
      if (event.outcome === 'assumed') line('assume', event);
      if (event.outcome === 'failed') line('refusal', event);
    }),
    subscribed(channels.refresh, (event) => line('refresh', event)),
    subscribed(channels.revoke, (event) => line('revoke', event)),
    subscribed(channels.denied, (event) => line('denied', event)),
  ];
  return () => {
    for (const unsubscribe of unsubscribes) unsubscribe();
  };
}

/** @returns a function that unsubscribes */
function subscribed<Event>(channel: EventChannel<Event>, listener: (event: Event) => void): () => void {
  channel.subscribe(listener);
  return () => channel.unsubscribe(listener);
}

/** The issuer chooses the subject. Characters that some terminals obey, or that some viewers show as line breaks, stay escaped. */
function oneLine(members: object): string {
  return JSON.stringify(members).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
