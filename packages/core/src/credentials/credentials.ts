import { inspect, type InspectOptions } from 'node:util';

const HIDDEN = '[redacted]';

/**
 * AWS credentials that reach only what one tenant may touch.
 *
 * An ordinary object with enumerable fields, which the AWS SDK writes into and users spread; each caller has its own.
 * `JSON.stringify`, `console.log` and `util.inspect` show neither the secret key nor the session token.
 * A copy (`{ ...credentials }`) is a plain object and hides nothing: do not log copies.
 */
export class TenantCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  /** When they end, by the clock of this host (not of STS), so that it can be compared with `Date.now()`. */
  expiration: Date;

  constructor(accessKeyId: string, secretAccessKey: string, sessionToken: string, expiration: Date) {
    this.accessKeyId = accessKeyId;
    this.secretAccessKey = secretAccessKey;
    this.sessionToken = sessionToken;
    this.expiration = expiration;
  }

  /** What a log may hold: the key's id is in CloudTrail anyway. */
  toJSON(): { accessKeyId: string; secretAccessKey: string; sessionToken: string; expiration: string } {
    return { accessKeyId: this.accessKeyId, secretAccessKey: HIDDEN, sessionToken: HIDDEN, expiration: isoOf(this.expiration) };
  }

  static {
    Object.defineProperty(this.prototype, inspect.custom, {
      value(this: TenantCredentials, _depth: number, options: InspectOptions, show: typeof inspect = inspect): string {
        return `TenantCredentials ${show(this.toJSON(), options)}`;
      },
    });
  }
}

/** The object is its caller's to change, and a log line must not throw because of it. */
function isoOf(date: unknown): string {
  return date instanceof Date && !Number.isNaN(date.getTime()) ? date.toISOString() : String(date);
}
