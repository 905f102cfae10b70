import { LinkedQueue } from '../linked-queue.ts';

interface Tenant<Waiter> {
  inUse: number;
  readonly waiters: LinkedQueue<Waiter>;
}

/**
 * Decides which call may use a socket to one endpoint. Each tenant uses at most half of the sockets. The calls of one tenant
 * are served in order, and tenants in turn. It uses no clock, timer or promise. Each operation takes constant time.
 *
 * INVARIANT: while a socket is free, every tenant with waiters uses its full share.
 */
export class SocketQueue<Waiter> {
  readonly #sockets: number;
  readonly #share: number;
  readonly #tenants = new Map<string, Tenant<Waiter>>();
  /** The tenants that may take the next free socket: they have waiters, and use less than their share. */
  readonly #ready = new LinkedQueue<Tenant<Waiter>>();
  #inUse = 0;

  constructor(sockets: number) {
    this.#sockets = sockets;
    this.#share = Math.max(1, Math.floor(sockets / 2));
  }

  /** No socket is in use and no call waits. */
  get isIdle(): boolean {
    return this.#tenants.size === 0;
  }

  /** Takes a socket, if this tenant may have one now. */
  tryAcquire(tenantId: string): boolean {
    const tenant = this.#of(tenantId);
    const isFree = this.#inUse < this.#sockets && tenant.inUse < this.#share;
    if (isFree) this.#use(tenant);
    return isFree;
  }

  /** Adds a waiter, after {@link SocketQueue.tryAcquire} returned `false`. Each waiter is another object. */
  wait(tenantId: string, waiter: Waiter): void {
    const tenant = this.#of(tenantId);
    tenant.waiters.add(waiter);
    this.#updateReady(tenant);
  }

  cancel(tenantId: string, waiter: Waiter): void {
    const tenant = this.#of(tenantId);
    tenant.waiters.delete(waiter);
    this.#updateReady(tenant);
    this.#forget(tenantId, tenant);
  }

  /** Releases a socket. Returns the waiter that has it from now on, if any. */
  release(tenantId: string): Waiter | undefined {
    const tenant = this.#of(tenantId);
    tenant.inUse -= 1;
    this.#inUse -= 1;
    this.#updateReady(tenant);
    const next = this.#ready.shift();
    const waiter = next?.waiters.shift();
    if (next !== undefined) {
      this.#use(next);
      this.#updateReady(next); // to the end of the queue, if it has more waiters
    }
    this.#forget(tenantId, tenant);
    return waiter;
  }

  #use(tenant: Tenant<Waiter>): void {
    tenant.inUse += 1;
    this.#inUse += 1;
  }

  /** Adds a tenant to the ready ones, or removes it. */
  #updateReady(tenant: Tenant<Waiter>): void {
    if (tenant.waiters.size > 0 && tenant.inUse < this.#share) this.#ready.add(tenant);
    else this.#ready.delete(tenant);
  }

  #of(tenantId: string): Tenant<Waiter> {
    let tenant = this.#tenants.get(tenantId);
    if (tenant === undefined) {
      tenant = { inUse: 0, waiters: new LinkedQueue() };
      this.#tenants.set(tenantId, tenant);
    }
    return tenant;
  }

  #forget(tenantId: string, tenant: Tenant<Waiter>): void {
    if (tenant.inUse === 0 && tenant.waiters.size === 0) this.#tenants.delete(tenantId);
  }
}
