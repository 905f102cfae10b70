import { randomBytes, randomInt } from 'node:crypto';
import type { IamRequest, Policies } from '@tenant-aws/prover/evaluator';
import type { Clock } from './services/service.ts';

/** How long an expired session is kept: during this time its keys are refused as expired, and afterwards as unknown. */
const KEEP_EXPIRED_MS = 3_600_000;

/** An access key, with the session token for a session. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Absent for the keys of a user. */
  readonly sessionToken?: string;
}

/** A user or a session: its keys and its permissions. */
export interface Principal {
  readonly keys: Keys;
  readonly account: string;
  /** `arn:aws:iam::…:user/…` or `arn:aws:sts::…:assumed-role/<role>/<session>`. */
  readonly arn: string;
  readonly userId: string;
  /** The policy layers. Every layer must allow a request. The first is the role's or the user's own; the others restrict it. */
  readonly layers: readonly [Policies, ...Policies[]];
  /** The condition keys of every request of this principal. */
  readonly context: IamRequest['context'];
  /** Absent for the base and admin keys. */
  readonly session?: Session;
}

/** The properties of a session, fixed when the role was assumed. */
export interface Session {
  readonly roleArn: string;
  /** The role session name. */
  readonly name: string;
  readonly expiresAt: number;
  /** Includes the tags inherited from the calling session. */
  readonly tags: ReadonlyMap<string, string>;
  /** The keys of those `tags` that a role assumed by this session inherits. */
  readonly transitiveTagKeys: ReadonlySet<string>;
  /** Set once; inherited by every session in a chain of roles. */
  readonly sourceIdentity?: string;
}

/** The principals by access key id: the base and admin users, and the sessions that STS issued. */
export class Sessions {
  readonly #principals = new Map<string, Principal>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(principal: Principal): void {
    this.#deleteLongExpired();
    this.#principals.set(principal.keys.accessKeyId, principal);
  }

  find(accessKeyId: string): Principal | undefined {
    return this.#principals.get(accessKeyId);
  }

  /** Stops at the first session, in the order of issue, that is still kept. This is fast, and limits the memory of a long-running process. */
  #deleteLongExpired(): void {
    const limit = this.#clock() - KEEP_EXPIRED_MS;
    for (const [accessKeyId, { session }] of this.#principals) {
      if (!session) continue;
      if (session.expiresAt > limit) return;
      this.#principals.delete(accessKeyId);
    }
  }
}

/** New long-term keys, as of an IAM user. */
export function longTermKeys(): Keys {
  return { accessKeyId: `AKIA${idCharacters(16)}`, secretAccessKey: randomBytes(30).toString('base64') };
}

/** New keys for a session. The session token has at least `minimumTokenSize` characters. */
export function sessionKeys(minimumTokenSize: number): Required<Keys> {
  const token = randomBytes(Math.max(480, Math.ceil((minimumTokenSize / 4) * 3))).toString('base64');
  return {
    accessKeyId: `ASIA${idCharacters(16)}`,
    secretAccessKey: randomBytes(30).toString('base64'),
    sessionToken: `IQoJb3JpZ2lu${token}`,
  };
}

/** Random characters from the alphabet of AWS's unique identifiers. */
export function idCharacters(length: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}
