import { ConfigurableModuleBuilder } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core/constants.js';
import type { TenantGateOptions } from '@tenant-aws/core';
import { TenantGuard } from './tenant.guard.ts';

/** Every option is optional. Options that are not given are read from the `TENANT_AWS_*` environment variables. */
export type TenantAwsModuleOptions = TenantGateOptions;

/** Options of the module itself. With `forRootAsync` they are given beside `useFactory`. */
interface ModuleExtras {
  /** Puts `TenantGuard` before every handler of the application, except handlers with `@Public()`. Default: false. */
  readonly guard?: boolean;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<TenantAwsModuleOptions>({
    moduleName: 'TenantAws',
  })
    .setClassMethodName('forRoot')
    .setExtras<ModuleExtras>({ guard: false }, (definition, { guard }) => ({
      ...definition,
      global: true,
      providers: [...(definition.providers ?? []), ...(guard ? [{ provide: APP_GUARD, useExisting: TenantGuard }] : [])],
    }))
    .build();
