import { randomBytes, randomInt } from 'node:crypto';
import type { IamRequest, Policies } from '@tenant-aws/prover/evaluator';
import type { Clock } from './services/service.ts';

/** How long an expired session is still known, so that its keys are answered with "expired" and not with "unknown". */
const REMEMBERED_MS = 3_600_000;

/** The keys of one caller. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Only sessions have one. */
  readonly sessionToken?: string;
}

/** Who holds a set of keys, and what these may do. */
export interface Principal {
  readonly keys: Keys;
  readonly account: string;
  /** `arn:aws:iam::…:user/…` or `arn:aws:sts::…:assumed-role/<role>/<session>`. */
  readonly arn: string;
  readonly userId: string;
  /** A union of layers: each must allow. The first is the role's or the user's own, the rest narrow it. */
  readonly layers: readonly [Policies, ...Policies[]];
  /** Condition keys that hold for every request of this principal. */
  readonly context: IamRequest['context'];
  /** Absent for the base and admin keys. */
  readonly session?: Session;
}

/** What was fixed when a role was assumed. */
export interface Session {
  readonly roleArn: string;
  /** The role session name. */
  readonly name: string;
  readonly expiresAt: number;
  /** With those inherited from the session that assumed it. */
  readonly tags: ReadonlyMap<string, string>;
  /** The keys of `tags` that a role assumed by this session inherits. */
  readonly transitiveTagKeys: ReadonlySet<string>;
  /** Set once, and kept through every chain. */
  readonly sourceIdentity?: string;
}

/** Everyone who has keys: base, admin, and every session that STS issued. */
export class Sessions {
  readonly #principals = new Map<string, Principal>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(principal: Principal): void {
    this.#forgetLongExpired();
    this.#principals.set(principal.keys.accessKeyId, principal);
  }

  find(accessKeyId: string): Principal | undefined {
    return this.#principals.get(accessKeyId);
  }

  /** In the order of issue, up to the first that is still remembered: cheap, and enough to keep a long-lived process bounded. */
  #forgetLongExpired(): void {
    const limit = this.#clock() - REMEMBERED_MS;
    for (const [accessKeyId, { session }] of this.#principals) {
      if (!session) continue;
      if (session.expiresAt > limit) return;
      this.#principals.delete(accessKeyId);
    }
  }
}

/** Fresh long-term keys, as of an IAM user. */
export function longTermKeys(): Keys {
  return { accessKeyId: `AKIA${idCharacters(16)}`, secretAccessKey: randomBytes(30).toString('base64') };
}

/** Fresh keys of a session. The token has at least `minimumTokenSize` characters. */
export function sessionKeys(minimumTokenSize: number): Required<Keys> {
  const token = randomBytes(Math.max(480, Math.ceil((minimumTokenSize / 4) * 3))).toString('base64');
  return {
    accessKeyId: `ASIA${idCharacters(16)}`,
    secretAccessKey: randomBytes(30).toString('base64'),
    sessionToken: `IQoJb3JpZ2lu${token}`,
  };
}

/** Random characters of an AWS unique identifier. */
export function idCharacters(length: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}
