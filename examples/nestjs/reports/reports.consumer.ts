import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { TenantAwsService, TenantClient } from '@tenant-aws/nestjs';
import { OrdersService } from '../orders/orders.service.ts';
import { Storage } from '../storage.ts';
import { type ReportJob, ReportsQueue } from './reports.queue.ts';

/**
 * Writes reports, each as the tenant that its job is for: the same services as in a request, with the same reach.
 * A job that names another tenant's customer fails as a request would: AWS denies it.
 */
@Injectable()
export class ReportsConsumer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ReportsConsumer.name);
  private consuming: Promise<void> | undefined;

  constructor(
    private readonly queue: ReportsQueue,
    private readonly tenants: TenantAwsService,
    private readonly orders: OrdersService,
    @TenantClient(S3Client) private readonly s3: S3Client,
    private readonly storage: Storage,
  ) {}

  onApplicationBootstrap(): void {
    this.consuming = this.consume();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.consuming;
  }

  private async consume(): Promise<void> {
    for await (const job of this.queue.jobs()) {
      const { tenantId } = job;
      try {
        await this.tenants.runAs({ tenantId, claims: {}, source: 'claims' }, () => this.write(job));
      } catch (error) {
        this.logger.error(error);
      }
    }
  }

  private async write({ tenantId, customer }: ReportJob): Promise<void> {
    const orders = await this.orders.ofCustomer(customer);
    const Body = orders.map(({ id, product }) => `${id} ${product}\n`).join('');
    await this.s3.send(new PutObjectCommand({ Bucket: this.storage.bucket, Key: `${tenantId}/reports/${customer}`, Body }));
  }
}
