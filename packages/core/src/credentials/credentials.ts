import { inspect, type InspectOptions } from 'node:util';

const REDACTED = '[redacted]';

/**
 * AWS credentials that give access to one tenant's data only.
 *
 * An ordinary object with enumerable fields: the AWS SDK writes to it, and it can be spread. Each caller has its own object.
 * `JSON.stringify`, `console.log` and `util.inspect` show neither the secret key nor the session token.
 * Do not log a copy (`{ ...credentials }`), and do not use `console.table` or `console.dir`: these read the fields
 * themselves and show them.
 */
export interface TenantCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  /** By the clock of this host, not of STS: it can be compared with `Date.now()`. */
  expiration: Date;
}

/** The prototype redacts the output, so that the fields are ordinary ones, as the SDK requires. */
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

  /** The access key id is not secret: CloudTrail shows it, too. */
  toJSON(): { accessKeyId: string; secretAccessKey: string; sessionToken: string; expiration: string } {
    return { accessKeyId: this.accessKeyId, secretAccessKey: REDACTED, sessionToken: REDACTED, expiration: isoOf(this.expiration) };
  }

  static {
    Object.defineProperty(this.prototype, inspect.custom, {
      value(this: RedactedCredentials, _depth: number, options: InspectOptions, show: typeof inspect = inspect): string {
        return `TenantCredentials ${show(this.toJSON(), options)}`;
      },
    });
  }
}

/** Callers may have changed the date. Logging must not throw then. */
function isoOf(date: unknown): string {
  return date instanceof Date && !Number.isNaN(date.getTime()) ? date.toISOString() : String(date);
}
