import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { StsUnavailableError, type TokenVendingMachine } from '@tenant-aws/core';
import { identityOf } from '../faults/machine.ts';
import { bucket } from '../support/notes-aws.ts';
import type { Random } from '../support/random.ts';

/** Codes that the injected faults may cause. Every other error is a violation. */
const EXPECTED = new Set(['sts_unavailable', 'sts_rejected', 'InternalError', 'ECONNRESET', 'EPIPE', 'TimeoutError']);

/** The clients obey Retry-After. */
const MAX_ATTEMPTS = 5;

export interface LoadFigures {
  served: number;
  /** Failed requests by code. */
  failed: Map<string, number>;
  /** Reads of another tenant's note that AWS denied. */
  denied: number;
  revocations: number;
  /** Reads of another tenant's data, denials of own data, and unexpected errors. */
  readonly violations: string[];
}

/** Tenants that write and read their own notes, try to read others', and are revoked from time to time. */
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

  /** Runs this many workers, each with one request after the other, until {@link Load.stop}. */
  async run(workers: number): Promise<void> {
    await Promise.all(Array.from({ length: workers }, () => this.#work()));
  }

  stop(): void {
    this.#running = false;
  }

  /**
   * Serves every tenant once, without faults. The queue may refuse some requests after a throttle: they obey Retry-After.
   *
   * @returns the number of served tenants
   */
  async serveAll(): Promise<number> {
    let served = 0;
    for (let from = 0; from < this.#tenants.length; from += 25) {
      const results = this.#tenants.slice(from, from + 25).map((tenant) => this.#requestWithRetries(tenant));
      served += (await Promise.all(results)).filter((result) => result).length;
    }
    return served;
  }

  async #requestWithRetries(tenant: string): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      const retryAfter = await this.#request(tenant);
      if (retryAfter === 'served') return true;
      if (attempt > MAX_ATTEMPTS || retryAfter === undefined) return false;
      await sleep(retryAfter * 1_000);
    }
  }

  async #work(): Promise<void> {
    while (this.#running) {
      const tenant = this.#randomTenant();
      const chance = this.#random.fraction();
      if (chance < 0.001) await this.#revoke(tenant);
      else if (chance < 0.1) await this.#readOther(tenant, this.#randomTenant());
      else await this.#request(tenant);
    }
  }

  /** @returns 'served', or the seconds of Retry-After if the error has it */
  async #request(tenant: string): Promise<'served' | number | undefined> {
    const note = { Bucket: bucket, Key: `${tenant}/note` };
    try {
      if (!this.#written.has(tenant)) {
        await this.#s3(tenant).send(new PutObjectCommand({ ...note, Body: tenant }));
        this.#written.add(tenant);
      } else {
        const { Body } = await this.#s3(tenant).send(new GetObjectCommand(note));
        const text = await Body?.transformToString();
        if (text !== tenant) this.figures.violations.push(`${tenant} read data of another tenant`);
      }
      this.figures.served += 1;
      return 'served';
    } catch (error) {
      this.#failed(error, tenant);
      return error instanceof StsUnavailableError ? Number(error.headers['Retry-After']) : undefined;
    }
  }

  /** The local AWS, which is independent of the machine, must deny it. */
  async #readOther(tenant: string, other: string): Promise<void> {
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
    // Another worker may have revoked the tenant at this moment.
    if (EXPECTED.has(code) || code === 'tenant_revoked') return;
    this.figures.violations.push(`${tenant}: ${code}: ${error instanceof Error ? error.message : ''}`);
  }

  #randomTenant(): string {
    return this.#tenants[this.#random.below(this.#tenants.length)] ?? '';
  }
}

function codeOf(error: unknown): string {
  const { code, name } = Object(error) as { readonly code?: unknown; readonly name?: unknown };
  return String(typeof code === 'string' ? code : name);
}
