import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type TenantAws, TenantAwsService } from '@tenant-aws/nestjs';
import { OrdersService } from '../orders/orders.service.ts';
import { Storage } from '../storage.ts';
import { type ReportJob, ReportsQueue } from './reports.queue.ts';

/**
 * Writes each report as the tenant of its job, with the same services and the same permissions as a request.
 * AWS denies a job that names another tenant's customer, as it denies such a request.
 */
@Injectable()
export class ReportsConsumer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ReportsConsumer.name);
  private consuming: Promise<void> | undefined;

  constructor(
    private readonly queue: ReportsQueue,
    private readonly tenants: TenantAwsService,
    private readonly orders: OrdersService,
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
        await this.tenants.runAs({ tenantId, claims: {}, source: 'claims' }, (tenantAws) => this.write(tenantAws, job));
      } catch (error) {
        this.logger.error(error);
      }
    }
  }

  private async write(tenantAws: TenantAws, { tenantId, customer }: ReportJob): Promise<void> {
    const orders = await this.orders.ofCustomer(tenantAws.client(DynamoDBDocumentClient), customer);
    const Body = orders.map(({ id, product }) => `${id} ${product}\n`).join('');
    const Key = `${tenantId}/reports/${customer}`;
    await tenantAws.client(S3Client).send(new PutObjectCommand({ Bucket: this.storage.bucket, Key, Body }));
  }
}
