import type { Call } from '@tenant-aws/local';

/**
 * Judges what the local AWS has seen: each key is of one session for good, and each session bears the name of the
 * tenant whose policy it was issued with. That tenants' calls reach their own data alone, the load itself sees.
 */
export class CrossingJudge {
  readonly crossings: string[] = [];
  /** Sessions by key; keys of long ago are forgotten, as AWS does not use one twice. */
  readonly #sessionOf = new Map<string, string>();
  /** Calls of tenants. */
  calls = 0;
  /** Those that policies denied. */
  denied = 0;
  /** AssumeRole. */
  assumes = 0;

  judge(calls: readonly Call[]): void {
    for (const { service, operation, accessKeyId, tenantSession, decision } of calls) {
      if (service === 'sts') {
        this.assumes += 1;
        continue;
      }
      this.calls += 1;
      if (decision === 'denied') this.denied += 1;
      const known = this.#sessionOf.get(accessKeyId);
      if (tenantSession === undefined) this.crossings.push(`${operation} was ${decision}, and came without a session`);
      else if (known !== undefined && known !== tenantSession) this.crossings.push(`the key of ${known} served ${tenantSession}`);
      else if (decision === 'refused') this.crossings.push(`${operation} of ${tenantSession} was refused`);
      if (tenantSession !== undefined) this.#remember(accessKeyId, tenantSession);
    }
  }

  #remember(accessKeyId: string, session: string): void {
    this.#sessionOf.set(accessKeyId, session);
    const [oldest] = this.#sessionOf.keys();
    if (this.#sessionOf.size > 2_000 && oldest !== undefined) this.#sessionOf.delete(oldest);
  }
}
