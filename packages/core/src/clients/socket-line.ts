import { Fifo, type Place } from './fifo.ts';

interface TenantLine<Waiter> {
  inUse: number;
  readonly waiters: Fifo<Waiter>;
  /** Its place among the tenants that go when a socket becomes free; absent while it uses its share, or waits for nothing. */
  ready: Place<TenantLine<Waiter>> | undefined;
}

/** A waiter in line, for {@link SocketLine.quit}. */
export interface Waiting<Waiter> {
  readonly tenantId: string;
  readonly place: Place<Waiter>;
}

/**
 * Who may use the sockets to one endpoint: each tenant at most half of them. A tenant's calls go in order, and the tenants
 * take turns. Knows no clock, timer or promise. Each step costs the same however many wait.
 *
 * INVARIANT: while a socket is free, whoever waits is of a tenant that uses its share.
 */
export class SocketLine<Waiter> {
  readonly #sockets: number;
  readonly #share: number;
  readonly #tenants = new Map<string, TenantLine<Waiter>>();
  readonly #ready = new Fifo<TenantLine<Waiter>>();
  #inUse = 0;

  constructor(sockets: number) {
    this.#sockets = sockets;
    this.#share = Math.max(1, Math.floor(sockets / 2));
  }

  /** Nothing uses it and nobody waits. */
  get isIdle(): boolean {
    return this.#tenants.size === 0;
  }

  /** Takes a socket, where there is one for this tenant. */
  enter(tenantId: string): boolean {
    const tenant = this.#of(tenantId);
    const hasRoom = this.#inUse < this.#sockets && tenant.inUse < this.#share;
    if (hasRoom) this.#use(tenant);
    return hasRoom;
  }

  /** Waits for a socket, where {@link SocketLine.enter} found none. */
  join(tenantId: string, waiter: Waiter): Waiting<Waiter> {
    const tenant = this.#of(tenantId);
    const place = tenant.waiters.add(waiter);
    this.#judge(tenant);
    return { tenantId, place };
  }

  /** Steps out of the line. */
  quit({ tenantId, place }: Waiting<Waiter>): void {
    const tenant = this.#of(tenantId);
    tenant.waiters.remove(place);
    this.#judge(tenant);
    this.#forget(tenantId, tenant);
  }

  /** Gives a socket back. Answers the waiter who has it from now on; there is at most one. */
  leave(tenantId: string): Waiter | undefined {
    const tenant = this.#of(tenantId);
    tenant.inUse -= 1;
    this.#inUse -= 1;
    this.#judge(tenant);
    const next = this.#ready.shift();
    if (next !== undefined) next.ready = undefined;
    const waiter = next?.waiters.shift();
    if (next !== undefined) {
      this.#use(next);
      this.#judge(next); // at the end of the round, where more of it wait
    }
    this.#forget(tenantId, tenant);
    return waiter;
  }

  #use(tenant: TenantLine<Waiter>): void {
    tenant.inUse += 1;
    this.#inUse += 1;
  }

  /** Puts a tenant among the ready ones, or takes it out. */
  #judge(tenant: TenantLine<Waiter>): void {
    const isReady = !tenant.waiters.isEmpty && tenant.inUse < this.#share;
    if (isReady) tenant.ready ??= this.#ready.add(tenant);
    else if (tenant.ready !== undefined) {
      this.#ready.remove(tenant.ready);
      tenant.ready = undefined;
    }
  }

  #of(tenantId: string): TenantLine<Waiter> {
    let tenant = this.#tenants.get(tenantId);
    if (tenant === undefined) {
      tenant = { inUse: 0, waiters: new Fifo(), ready: undefined };
      this.#tenants.set(tenantId, tenant);
    }
    return tenant;
  }

  #forget(tenantId: string, tenant: TenantLine<Waiter>): void {
    if (tenant.inUse === 0 && tenant.waiters.isEmpty) this.#tenants.delete(tenantId);
  }
}
