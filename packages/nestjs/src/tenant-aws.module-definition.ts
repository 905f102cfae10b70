import { ConfigurableModuleBuilder } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core/constants.js';
import { readProblemDetailsOptions, type TenantGateOptions } from '@tenant-aws/core';
import { AwsErrorsFilter } from './aws-errors.filter.ts';
import { TenantGuard } from './tenant.guard.ts';

/** Every option is optional. Options that are not given are read from the `TENANT_AWS_*` environment variables. */
export type TenantAwsModuleOptions = TenantGateOptions;

/** Options of the module itself. With `forRootAsync` they are given beside `useFactory`. */
interface ModuleExtras {
  /** Puts `TenantGuard` before every handler of the application, except handlers with `@Public()`. Default: false. */
  readonly guard?: boolean;
  /**
   * Registers `AwsErrorsFilter`, which responds to errors of AWS SDK clients: denied calls (403), missing objects (404), failed
   * conditions (409 and 412), throttling (503). Default: false, and Nest responds with 500.
   */
  readonly awsErrors?: boolean;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<TenantAwsModuleOptions>({
    moduleName: 'TenantAws',
  })
    .setClassMethodName('forRoot')
    .setExtras<ModuleExtras>({ guard: false, awsErrors: false }, (definition, { guard, awsErrors }) => ({
      ...definition,
      global: true,
      providers: [
        ...(definition.providers ?? []),
        ...(guard ? [{ provide: APP_GUARD, useExisting: TenantGuard }] : []),
        ...(readProblemDetailsOptions({ awsErrors }).awsErrors ? [{ provide: APP_FILTER, useClass: AwsErrorsFilter }] : []),
      ],
    }))
    .build();
