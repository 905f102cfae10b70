import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CurrentTenant, type TenantIdentity } from '@tenant-aws/nestjs';
import { ReportsQueue } from './reports.queue.ts';

@Controller('reports')
export class ReportsController {
  constructor(private readonly queue: ReportsQueue) {}

  /** The report is written later, to `<tenant>/reports/<customer>`. */
  @Post(':customer')
  @HttpCode(202)
  order(@CurrentTenant() { tenantId }: TenantIdentity, @Param('customer') customer: string) {
    this.queue.add({ tenantId, customer });
    return { key: `${tenantId}/reports/${customer}` };
  }
}
