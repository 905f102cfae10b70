import { Readable } from 'node:stream';
import { BadRequestException, Controller, Get, type INestApplication, Logger, Res, StreamableFile } from '@nestjs/common';
import { KeysUnavailableError, StsRejectedError, TenantMissingError } from '@tenant-aws/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { Public, TenantAwsExceptionFilter, TenantAwsModule } from '../src/index.ts';
import { get, platforms, start } from './application.ts';

const aws = notesAws();

@Public()
@Controller()
class Pages {
  @Get('missing')
  missing(): never {
    throw new TenantMissingError({ detail: { claim: 'custom:tenant_id' } });
  }

  @Get('keys')
  keys(): never {
    throw new KeysUnavailableError({ retryAfterSeconds: 7 });
  }

  @Get('rejected')
  rejected(): never {
    throw new StsRejectedError('not authorized to assume arn:aws:iam::123456789012:role/Secret');
  }

  @Get('other')
  other(): never {
    throw new BadRequestException('other');
  }

  @Get('sent')
  sent(@Res({ passthrough: true }) response: { raw?: { write(text: string): void }; write?(text: string): void }): StreamableFile {
    (response.raw ?? response).write?.('started');
    throw new TenantMissingError();
  }

  @Get('stream')
  stream(): StreamableFile {
    return new StreamableFile(
      Readable.from(
        (async function* () {
          yield 'fine';
        })(),
      ),
    );
  }
}

describe.each(platforms)('TenantAwsExceptionFilter on %s', (platform) => {
  let app: INestApplication;
  beforeAll(async () => {
    app = await start(platform, { imports: [TenantAwsModule.forRoot({ guard: true })], controllers: [Pages] });
  });
  afterAll(() => app.close());

  it('is registered by the module, and sends problem details with the headers of the error', async () => {
    const { status, headers, body } = await get(app, '/unknown');
    expect([status, body.message]).toEqual([404, 'Cannot GET /unknown']); // Nest handles its own errors

    const keys = await get(app, '/keys');
    expect([keys.status, keys.headers['retry-after'], keys.headers['content-type']]).toEqual([
      503,
      '7',
      expect.stringMatching(/^application\/problem\+json/),
    ]);
    expect(keys.body).toEqual({
      type: 'urn:tenant-aws:error:keys_unavailable',
      title: 'Tokens cannot be verified at the moment',
      status: 503,
      code: 'keys_unavailable',
    });
    expect(headers['retry-after']).toBeUndefined();
  });

  it('sends nothing of the detail', async () => {
    const [missing, rejected] = [await get(app, '/missing'), await get(app, '/rejected')];

    expect([missing.status, missing.text.includes('custom')]).toEqual([403, false]);
    expect([rejected.status, rejected.body.code, /Secret|stack/.test(rejected.text)]).toEqual([500, 'sts_rejected', false]);
  });

  it('leaves other errors and responses to Nest', async () => {
    expect((await get(app, '/other')).body).toEqual({ message: 'other', error: 'Bad Request', statusCode: 400 });
    expect(String((await get(app, '/stream')).body)).toBe('fine');
  });

  it('ends a response that was started', async () => {
    expect((await get(app, '/sent')).status).toBe(200);
  });
});

it('logs errors with a status of 500 or more, and no others', () => {
  const logged = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  const filter = new TenantAwsExceptionFilter({ httpAdapter: { isHeadersSent: () => true, end: () => undefined } } as never);
  const host = { getType: () => 'http', switchToHttp: () => ({ getResponse: () => ({}) }) } as never;
  const [fault, refusal] = [new StsRejectedError('no'), new TenantMissingError()];

  filter.catch(refusal, host);
  filter.catch(fault, host);

  expect(logged.mock.calls).toEqual([[fault]]);
  logged.mockRestore();
  expect(aws.calls).toEqual([]);
});
