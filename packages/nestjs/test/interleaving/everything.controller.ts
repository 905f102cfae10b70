import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import { type ArgumentsHost, Catch, Controller, type ExceptionFilter, Get, Param, StreamableFile, UseFilters } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { currentTenantAws } from '@tenant-aws/core';
import { from, mergeMap, type Observable } from 'rxjs';
import { TenantClient } from '../../src/index.ts';
import { Everything } from './everything.service.ts';

/** An error whose filter has work to do as the tenant. */
class Filtered extends Error {
  constructor(readonly tenant: string) {
    super('filtered');
  }
}

@Catch(Filtered)
class WritingFilter implements ExceptionFilter {
  constructor(
    private readonly everything: Everything,
    private readonly host: HttpAdapterHost,
  ) {}

  async catch({ tenant }: Filtered, host: ArgumentsHost): Promise<void> {
    const answer = await this.everything.put(tenant).then(
      () => currentTenantAws().tenantId,
      (error: Error) => error.name,
    );
    this.host.httpAdapter.reply(host.switchToHttp().getResponse(), answer, 200);
  }
}

export const steps = [
  'timers',
  'pipeline',
  'forAwait',
  'paginator',
  'waiter',
  'upload',
  'presigned',
  'documentClient',
  'together',
] as const;

/** What may be asked of it. */
export const actions: readonly string[] = [...steps, 'handler', 'stream', 'filter', 'observable'];

@Controller()
export class EverythingController {
  constructor(private readonly everything: Everything) {}

  @Get('do/:action/:tenant')
  async act(@Param('action') action: (typeof steps)[number], @Param('tenant') tenant: string): Promise<string> {
    await this.everything[action](tenant);
    return currentTenantAws().tenantId;
  }

  @Get('handler/:tenant')
  async handler(@TenantClient(S3Client) s3: S3Client, @Param('tenant') tenant: string): Promise<string> {
    await this.everything.put(tenant, s3);
    return currentTenantAws().tenantId;
  }

  /** Its body is read long after the handler has returned. */
  @Get('stream/:tenant')
  stream(@Param('tenant') tenant: string): StreamableFile {
    const everything = this.everything;
    return new StreamableFile(
      Readable.from(
        (async function* () {
          await everything.put(tenant);
          for await (const _ of await everything.get(tenant)) yield '';
          yield currentTenantAws().tenantId;
        })(),
      ),
    );
  }

  @UseFilters(WritingFilter)
  @Get('filter/:tenant')
  async filter(@Param('tenant') tenant: string): Promise<never> {
    await this.everything.put(tenant);
    throw new Filtered(tenant);
  }

  @Get('observable/:tenant')
  observable(@Param('tenant') tenant: string): Observable<string> {
    return from([tenant]).pipe(mergeMap(async (of) => this.everything.put(of).then(() => currentTenantAws().tenantId)));
  }

  @Get('multipart/:tenant')
  async multipart(@Param('tenant') tenant: string): Promise<string> {
    await this.everything.upload(tenant, 5 * 1024 * 1024 + 1);
    return currentTenantAws().tenantId;
  }
}
