import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { StsUnavailableError, type TokenVendingMachine } from '@tenant-aws/core';
import { identityOf } from '../faults/ground.ts';
import { bucket } from '../support/notes-aws.ts';
import type { Random } from '../support/random.ts';

/** Failures that the weather may cause. Whatever else is thrown is a fault of ours. */
const OF_THE_WEATHER = new Set(['sts_unavailable', 'sts_rejected', 'InternalError', 'ECONNRESET', 'EPIPE', 'TimeoutError']);

/** Of a client that obeys Retry-After. */
const MOST_ATTEMPTS = 5;

export interface LoadFigures {
  served: number;
  /** By code. */
  failed: Map<string, number>;
  /** Attempts at another tenant's note that AWS denied. */
  denied: number;
  revocations: number;
  /** What must not be: another tenant's data, a denial of one's own, an error that nothing explains. */
  readonly violations: string[];
}

/** Tenants who write and read their own note, try another's, and are now and then revoked. */
export class Load {
  readonly figures: LoadFigures = { served: 0, failed: new Map(), denied: 0, revocations: 0, violations: [] };
  readonly #tvm: TokenVendingMachine;
  readonly #endpoint: string;
  readonly #tenants: readonly string[];
  readonly #random: Random;
  readonly #written = new Set<string>();
  readonly #revoked = new Set<string>();
  #running = true;

  constructor(tvm: TokenVendingMachine, endpoint: string, tenants: readonly string[], random: Random) {
    this.#tvm = tvm;
    this.#endpoint = endpoint;
    this.#tenants = tenants;
    this.#random = random;
  }

  /** So many requests at once, each followed by another, until {@link Load.stop}. */
  async run(workers: number): Promise<void> {
    await Promise.all(Array.from({ length: workers }, () => this.#work()));
  }

  stop(): void {
    this.#running = false;
  }

  /**
   * Serves every tenant once, in good weather. A queue that STS has slowed may turn some away: they obey Retry-After.
   *
   * @returns how many were served
   */
  async everybody(): Promise<number> {
    let served = 0;
    for (let from = 0; from < this.#tenants.length; from += 25) {
      const answers = this.#tenants.slice(from, from + 25).map((tenant) => this.#patiently(tenant));
      served += (await Promise.all(answers)).filter((answer) => answer).length;
    }
    return served;
  }

  async #patiently(tenant: string): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      const retryAfter = await this.#request(tenant);
      if (retryAfter === 'served') return true;
      if (attempt > MOST_ATTEMPTS || retryAfter === undefined) return false;
      await sleep(retryAfter * 1_000);
    }
  }

  async #work(): Promise<void> {
    while (this.#running) {
      const tenant = this.#any();
      const chance = this.#random.fraction();
      if (chance < 0.001) await this.#revoke(tenant);
      else if (chance < 0.1) await this.#trespass(tenant, this.#any());
      else await this.#request(tenant);
    }
  }

  /** @returns otherwise the seconds after which to come back, if the refusal says so */
  async #request(tenant: string): Promise<'served' | number | undefined> {
    const note = { Bucket: bucket, Key: `${tenant}/note` };
    try {
      if (!this.#written.has(tenant)) {
        await this.#s3(tenant).send(new PutObjectCommand({ ...note, Body: tenant }));
        this.#written.add(tenant);
      } else {
        const { Body } = await this.#s3(tenant).send(new GetObjectCommand(note));
        const text = await Body?.transformToString();
        if (text !== tenant) this.figures.violations.push(`${tenant} read what is not its own`);
      }
      this.figures.served += 1;
      return 'served';
    } catch (error) {
      this.#failed(error, tenant);
      return error instanceof StsUnavailableError ? Number(error.headers['Retry-After']) : undefined;
    }
  }

  /** The engine at the other end, which knows nothing of the machine, must say no. */
  async #trespass(tenant: string, other: string): Promise<void> {
    if (other === tenant) return;
    try {
      await this.#s3(tenant).send(new GetObjectCommand({ Bucket: bucket, Key: `${other}/note` }));
      this.figures.violations.push(`${tenant} read the note of ${other}`);
    } catch (error) {
      if (codeOf(error) === 'AccessDenied') this.figures.denied += 1;
      else this.#failed(error, tenant);
    }
  }

  async #revoke(tenant: string): Promise<void> {
    if (this.#revoked.has(tenant)) return;
    this.#revoked.add(tenant);
    this.#tvm.revoke(tenant);
    this.figures.revocations += 1;
    try {
      await this.#s3(tenant).send(new GetObjectCommand({ Bucket: bucket, Key: `${tenant}/note` }));
      this.figures.violations.push(`${tenant} was served after its revocation`);
    } catch (error) {
      if (codeOf(error) !== 'tenant_revoked') this.#failed(error, tenant);
    }
    this.#tvm.reinstate(tenant);
    this.#revoked.delete(tenant);
  }

  #s3(tenant: string): S3Client {
    return this.#tvm.for(identityOf(tenant)).client(S3Client, { endpoint: this.#endpoint });
  }

  #failed(error: unknown, tenant: string): void {
    const code = codeOf(error);
    this.figures.failed.set(code, (this.figures.failed.get(code) ?? 0) + 1);
    // Who was revoked at this moment is refused with the others of its tenant.
    if (OF_THE_WEATHER.has(code) || code === 'tenant_revoked') return;
    this.figures.violations.push(`${tenant}: ${code}: ${error instanceof Error ? error.message : ''}`);
  }

  #any(): string {
    return this.#tenants[this.#random.below(this.#tenants.length)] ?? '';
  }
}

function codeOf(error: unknown): string {
  const { code, name } = Object(error) as { readonly code?: unknown; readonly name?: unknown };
  return String(typeof code === 'string' ? code : name);
}
