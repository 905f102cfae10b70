import type { Call } from '@tenant-aws/local';

/**
 * Checks the calls at the local AWS: each access key always belongs to the same session, and each session has the name of
 * the tenant whose policy it was issued with. The load itself checks that tenants reach only their own data.
 */
export class IsolationCheck {
  readonly violations: string[] = [];
  /** Sessions by access key. The oldest keys are deleted: AWS does not use a key twice. */
  readonly #sessionOf = new Map<string, string>();
  /** Calls of tenants. */
  calls = 0;
  /** Those of `calls` that policies denied. */
  denied = 0;
  /** Calls of AssumeRole. */
  assumes = 0;

  check(calls: readonly Call[]): void {
    for (const { service, operation, accessKeyId, tenantSession, decision } of calls) {
      if (service === 'sts') {
        this.assumes += 1;
        continue;
      }
      this.calls += 1;
      if (decision === 'denied') this.denied += 1;
      const known = this.#sessionOf.get(accessKeyId);
      if (tenantSession === undefined) this.violations.push(`${operation} was ${decision}, and had no session`);
      else if (known !== undefined && known !== tenantSession) this.violations.push(`the key of ${known} was used by ${tenantSession}`);
      else if (decision === 'refused') this.violations.push(`${operation} of ${tenantSession} was refused`);
      if (tenantSession !== undefined) this.#remember(accessKeyId, tenantSession);
    }
  }

  #remember(accessKeyId: string, session: string): void {
    this.#sessionOf.set(accessKeyId, session);
    const [oldest] = this.#sessionOf.keys();
    if (this.#sessionOf.size > 2_000 && oldest !== undefined) this.#sessionOf.delete(oldest);
  }
}
