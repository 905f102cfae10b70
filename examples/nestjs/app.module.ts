import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { TenantAwsModule, type TenantAwsModuleOptions } from '@tenant-aws/nestjs';
import { AwsErrorsFilter } from './aws-errors.filter.ts';
import { FilesController } from './files/files.controller.ts';
import { NotesController } from './notes/notes.controller.ts';
import { NotesService } from './notes/notes.service.ts';
import { OrdersController } from './orders/orders.controller.ts';
import { OrdersService } from './orders/orders.service.ts';
import { ReportsConsumer } from './reports/reports.consumer.ts';
import { ReportsController } from './reports/reports.controller.ts';
import { ReportsQueue } from './reports/reports.queue.ts';
import { Storage } from './storage.ts';

/** A notes API. One line selects the tenant of a request, and AWS enforces that the request reaches only this tenant's data. */
@Module({})
export class AppModule {
  static forRoot(storage: Storage, tenants: TenantAwsModuleOptions = {}): DynamicModule {
    return {
      module: AppModule,
      imports: [TenantAwsModule.forRoot({ ...tenants, guard: true })],
      controllers: [NotesController, FilesController, OrdersController, ReportsController],
      providers: [
        { provide: Storage, useValue: storage },
        { provide: APP_FILTER, useClass: AwsErrorsFilter },
        NotesService,
        OrdersService,
        ReportsQueue,
        ReportsConsumer,
      ],
    };
  }
}
