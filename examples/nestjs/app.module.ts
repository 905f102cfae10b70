import { type DynamicModule, Module } from '@nestjs/common';
import { TenantAwsModule, type TenantAwsModuleOptions } from '@tenant-aws/nestjs';
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
      // `awsErrors`: a denied call is a 403 without the text of AWS.
      imports: [TenantAwsModule.forRoot({ ...tenants, guard: true, awsErrors: true })],
      controllers: [NotesController, FilesController, OrdersController, ReportsController],
      providers: [{ provide: Storage, useValue: storage }, NotesService, OrdersService, ReportsQueue, ReportsConsumer],
    };
  }
}
