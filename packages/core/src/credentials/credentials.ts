import { inspect, type InspectOptions } from 'node:util';

const HIDDEN = '[redacted]';

/**
 * AWS credentials that reach only what one tenant may touch.
 *
 * An ordinary object with enumerable fields, which the AWS SDK writes into and users spread; each caller has its own.
 * `JSON.stringify`, `console.log` and `util.inspect` show neither the secret key nor the session token.
 * Whatever reads the fields themselves shows them: a copy (`{ ...credentials }`), `console.table`, and `console.dir`,
 * which asks no object how it wants to be printed. Do not log those.
 */
export interface TenantCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  /** When they end, by the clock of this host (not of STS), so that it can be compared with `Date.now()`. */
  expiration: Date;
}

/** Silent by its prototype, so that its own fields stay as plain as the SDK wants them. */
export class RedactedCredentials implements TenantCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
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
      value(this: RedactedCredentials, _depth: number, options: InspectOptions, show: typeof inspect = inspect): string {
        return `TenantCredentials ${show(this.toJSON(), options)}`;
      },
    });
  }
}

/** The object is its caller's to change, and a log line must not throw because of it. */
function isoOf(date: unknown): string {
  return date instanceof Date && !Number.isNaN(date.getTime()) ? date.toISOString() : String(date);
}
