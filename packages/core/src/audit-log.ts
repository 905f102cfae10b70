import { ConfigurationError } from '@tenant-aws/policy';
import { channels, type EventChannel } from './events.ts';

/** Where an {@link auditLog} writes. */
export interface AuditLogOptions {
  /** Is given one line of JSON at a time, without a line break. A throw of it is Node's to report, and no request's. */
  readonly write: (line: string) => void;
}

/**
 * Writes one line of JSON for each AssumeRole, refresh, revocation, refusal, and call that AWS denied, of every machine in the process:
 * `{ at, event, tenantId, … }`, with `event` one of `assume`, `refresh`, `revoke`, `refusal`, `denied`, and the members of the channel's event.
 * Credentials from memory are no line.
 *
 * @returns a function that ends it
 * @throws {@link ConfigurationError} there is no `write`
 * @example
 * const end = auditLog({ write: (line) => console.log(line) });
 */
export function auditLog({ write }: AuditLogOptions): () => void {
  if (typeof write !== 'function') throw new ConfigurationError(['`write` of `auditLog` must be a function that takes a line']);
  const line = (event: string, members: object): void => write(oneLine({ at: new Date().toISOString(), event, ...members }));
  const ends = [
    heard(channels.identity, (event) => {
      if (event.code !== undefined) line('refusal', event);
    }),
    heard(channels.vend, (event) => {
      if (event.outcome === 'assumed') line('assume', event);
      if (event.outcome === 'failed') line('refusal', event);
    }),
    heard(channels.refresh, (event) => line('refresh', event)),
    heard(channels.revoke, (event) => line('revoke', event)),
    heard(channels.denied, (event) => line('denied', event)),
  ];
  return () => {
    for (const end of ends) end();
  };
}

/** @returns what ends it */
function heard<Event>(channel: EventChannel<Event>, listener: (event: Event) => void): () => void {
  channel.subscribe(listener);
  return () => channel.unsubscribe(listener);
}

/** A subject is its issuer's to choose: what some terminals and viewers obey or break lines at stays an escape in JSON. */
function oneLine(members: object): string {
  return JSON.stringify(members).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
