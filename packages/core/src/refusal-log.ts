import { type Clock, systemClock } from './clock.ts';
import { codeOf, reasonOf } from './events.ts';
import { isPromise } from './maybe-promise.ts';
import { adviceFor } from './refusal-advice.ts';
import type { TenantIdentity } from './tenant.ts';

/** The part of `console` that a gate uses. A logger of another library with a method `warn` fits, too. */
export interface RefusalLogger {
  warn(line: string): unknown;
}

const PAUSE_MS = 60_000;
/** The reasons of this package are fewer. Those of a custom identity source may be without limit. */
const MAX_KINDS = 50;

/**
 * Writes one line for each kind of refused request, at most once a minute. The response has the code only; the line has the
 * reason and how to fix it, for the operator.
 */
export class RefusalLog {
  readonly #logger: RefusalLogger;
  readonly #clock: Clock;
  /** When the last line of each kind was written. */
  readonly #written = new Map<string, number>();

  constructor(logger: RefusalLogger, clock: Clock = systemClock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  /** Never throws: a logger that fails must not fail a request. Errors of other packages are left to the framework. */
  report(error: unknown, source: TenantIdentity['source'] | undefined): void {
    const code = codeOf(error);
    if (code === undefined || code === 'configuration_invalid') return;
    const reason = reasonOf(error);
    if (this.#isDue(`${code} ${reason ?? ''}`)) this.#write(lineOf(code, reason, source));
  }

  #isDue(kind: string): boolean {
    const now = this.#clock.now().monotonic;
    const last = this.#written.get(kind);
    if (last !== undefined && now - last < PAUSE_MS) return false;
    if (last === undefined && this.#written.size >= MAX_KINDS) this.#forget(now);
    if (last === undefined && this.#written.size >= MAX_KINDS) return false;
    this.#written.set(kind, now);
    return true;
  }

  #forget(now: number): void {
    for (const [kind, last] of this.#written) if (now - last >= PAUSE_MS) this.#written.delete(kind);
  }

  #write(line: string): void {
    try {
      const written = this.#logger.warn(line);
      if (isPromise(written)) written.then(undefined, () => undefined);
    } catch {
      // a logger that fails must not fail the request
    }
  }
}

function lineOf(code: string, reason: string | undefined, source: TenantIdentity['source'] | undefined): string {
  const advice = adviceFor(code, reason ?? '', source);
  const [why, fix] = [reason === undefined ? '' : ` (${reason})`, advice === undefined ? '' : ` How to fix it: ${advice}.`];
  return `Tenant AWS refused a request: ${code}${why}.${fix} For one minute, further refusals of this kind are not reported.`;
}
