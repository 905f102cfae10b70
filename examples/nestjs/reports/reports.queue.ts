import { EventEmitter, on } from 'node:events';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';

/** A job carries its tenant id. Only code that has the verified tenant may write to the queue. */
export interface ReportJob {
  readonly tenantId: string;
  readonly customer: string;
}

/** An in-memory queue in place of SQS or BullMQ. A job runs outside of the request that added it. */
@Injectable()
export class ReportsQueue implements OnModuleDestroy {
  private readonly events = new EventEmitter();
  private readonly closed = new AbortController();

  add(job: ReportJob): void {
    this.events.emit('job', job);
  }

  /** The jobs, one after another, until the application closes. */
  async *jobs(): AsyncGenerator<ReportJob> {
    try {
      for await (const [job] of on(this.events, 'job', { signal: this.closed.signal })) yield job as ReportJob;
    } catch (error) {
      if (!this.closed.signal.aborted) throw error;
    }
  }

  onModuleDestroy(): void {
    this.closed.abort();
  }
}
