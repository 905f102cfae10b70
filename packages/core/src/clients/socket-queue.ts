import { Fifo, type FifoNode } from './fifo.ts';

interface Tenant<Waiter> {
  inUse: number;
  readonly waiters: Fifo<Waiter>;
  /** Its node in the queue of tenants that may take the next free socket. Absent while it uses its share, or has no waiter. */
  ready: FifoNode<Tenant<Waiter>> | undefined;
}

/** A waiter in the queue, for {@link SocketQueue.cancel}. */
export interface Waiting<Waiter> {
  readonly tenantId: string;
  readonly node: FifoNode<Waiter>;
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
  readonly #ready = new Fifo<Tenant<Waiter>>();
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

  /** Waits for a socket, after {@link SocketQueue.tryAcquire} returned `false`. */
  wait(tenantId: string, waiter: Waiter): Waiting<Waiter> {
    const tenant = this.#of(tenantId);
    const node = tenant.waiters.add(waiter);
    this.#updateReady(tenant);
    return { tenantId, node };
  }

  cancel({ tenantId, node }: Waiting<Waiter>): void {
    const tenant = this.#of(tenantId);
    tenant.waiters.remove(node);
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
    if (next !== undefined) next.ready = undefined;
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
    const isReady = !tenant.waiters.isEmpty && tenant.inUse < this.#share;
    if (isReady) tenant.ready ??= this.#ready.add(tenant);
    else if (tenant.ready !== undefined) {
      this.#ready.remove(tenant.ready);
      tenant.ready = undefined;
    }
  }

  #of(tenantId: string): Tenant<Waiter> {
    let tenant = this.#tenants.get(tenantId);
    if (tenant === undefined) {
      tenant = { inUse: 0, waiters: new Fifo(), ready: undefined };
      this.#tenants.set(tenantId, tenant);
    }
    return tenant;
  }

  #forget(tenantId: string, tenant: Tenant<Waiter>): void {
    if (tenant.inUse === 0 && tenant.waiters.isEmpty) this.#tenants.delete(tenantId);
  }
}
