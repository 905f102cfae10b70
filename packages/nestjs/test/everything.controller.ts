import { pipeline, Readable, type Writable } from 'node:stream';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import {
  type ArgumentsHost,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  Injectable,
  Param,
  Res,
  Sse,
  StreamableFile,
  UseFilters,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { currentTenantAws } from '@tenant-aws/core';
import { from, map, mergeMap, type Observable } from 'rxjs';
import { type Actions, workActions } from '../../../test/interleaving/requests.ts';
import { forPresigning, get, put, type TenantClients, upload, works } from '../../../test/interleaving/work.ts';
import { TenantClient } from '../src/index.ts';

/** One instance for all tenants. */
@Injectable()
export class Everything implements TenantClients {
  /** Created in the first request that uses it, and used in all later ones. */
  private made: DynamoDBDocumentClient | undefined;

  constructor(
    @TenantClient(S3Client) readonly s3: S3Client,
    @TenantClient(S3Client, forPresigning) readonly presigner: S3Client,
    @TenantClient(DynamoDBClient) private readonly db: DynamoDBClient,
  ) {}

  get documents(): DynamoDBDocumentClient {
    this.made ??= DynamoDBDocumentClient.from(this.db);
    return this.made;
  }
}

/** An error whose filter calls AWS as the tenant. */
class Filtered extends Error {
  constructor(
    readonly tenant: string,
    readonly id: string,
  ) {
    super('filtered');
  }
}

@Catch(Filtered)
class WritingFilter implements ExceptionFilter {
  constructor(
    private readonly everything: Everything,
    private readonly host: HttpAdapterHost,
  ) {}

  async catch({ tenant, id }: Filtered, host: ArgumentsHost): Promise<void> {
    const result = await put(this.everything, tenant, id).then(
      () => currentTenantAws().tenantId,
      (error: Error) => error.name,
    );
    this.host.httpAdapter.reply(host.switchToHttp().getResponse(), result, 200);
  }
}

/** The paths of this controller: those of every framework's app, and those that only Nest has. */
export const actions: Actions = { ...workActions, handler: 1, stream: 2, response: 2, filter: 2, observable: 1 };

@Controller()
export class EverythingController {
  constructor(private readonly everything: Everything) {}

  @Get('works/:name/:tenant/:id')
  async work(@Param('name') name: string, @Param('tenant') tenant: string, @Param('id') id: string): Promise<string> {
    await works[name]?.run(this.everything, tenant, id);
    return currentTenantAws().tenantId;
  }

  @Get('handler/:tenant/:id')
  async handler(@TenantClient(S3Client) s3: S3Client, @Param('tenant') tenant: string, @Param('id') id: string): Promise<string> {
    await put({ s3 }, tenant, id);
    return currentTenantAws().tenantId;
  }

  /** The body is read after the handler has returned. */
  @Get('stream/:tenant/:id')
  stream(@Param('tenant') tenant: string, @Param('id') id: string): StreamableFile {
    return new StreamableFile(Readable.from(this.lazily(tenant, id)));
  }

  /** The handler itself writes to the response. */
  @Get('response/:tenant/:id')
  response(@Res() response: Writable & { raw?: Writable }, @Param('tenant') tenant: string, @Param('id') id: string): void {
    pipeline(Readable.from(this.lazily(tenant, id)), response.raw ?? response, () => undefined);
  }

  private async *lazily(tenant: string, id: string): AsyncGenerator<string> {
    await put(this.everything, tenant, id);
    for await (const _ of await get(this.everything, tenant, id)) yield '';
    yield currentTenantAws().tenantId;
  }

  @UseFilters(WritingFilter)
  @Get('filter/:tenant/:id')
  async filter(@Param('tenant') tenant: string, @Param('id') id: string): Promise<never> {
    await put(this.everything, tenant, id);
    throw new Filtered(tenant, id);
  }

  @Get('observable/:tenant/:id')
  observable(@Param('tenant') tenant: string, @Param('id') id: string): Observable<string> {
    return from([tenant]).pipe(mergeMap(async (of) => put(this.everything, of, id).then(() => currentTenantAws().tenantId)));
  }

  @Sse('events/:tenant/:id')
  events(@Param('tenant') tenant: string, @Param('id') id: string): Observable<{ data: string }> {
    return this.observable(tenant, id).pipe(map((data) => ({ data })));
  }

  @Get('multipart/:tenant')
  async multipart(@Param('tenant') tenant: string): Promise<string> {
    await upload(this.everything, tenant, 'multipart', 5 * 1024 * 1024 + 1);
    return currentTenantAws().tenantId;
  }
}
