import { S3ServiceException } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { Catch, Controller, type ExceptionFilter, Get, type INestApplication, Logger, NotFoundException } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ConfigurationError } from '@tenant-aws/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { AwsErrorsFilter, TenantAwsModule, TenantClient } from '../src/index.ts';
import { get, platforms, start } from './application.ts';

const aws = notesAws();
const notFound = new S3ServiceException({ name: 'NoSuchKey', $fault: 'client', $metadata: { httpStatusCode: 404 } });
let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

@Controller()
class Pages {
  @Get('denied')
  async denied(@TenantClient(SNSClient) sns: SNSClient) {
    await sns.send(new PublishCommand({ TopicArn: 'arn:aws:sns:us-east-1:000000000000:globex', Message: 'event' }));
  }

  @Get('missing')
  missing(): never {
    throw notFound;
  }

  @Get('exception')
  exception(): never {
    throw new NotFoundException('no such note', { cause: notFound });
  }
}

describe.each(platforms)('awsErrors on %s', (platform) => {
  it.each([
    ['forRoot', () => TenantAwsModule.forRoot({ guard: true, awsErrors: true })],
    ['forRootAsync', () => TenantAwsModule.forRootAsync({ useFactory: () => ({}), guard: true, awsErrors: true })],
  ])('responds to errors of AWS with %s, and leaves exceptions of Nest to Nest', async (_name, module) => {
    app = await start(platform, { imports: [module()], controllers: [Pages] });
    const token = await aws.issuer.token({ tenant: 'acme' });

    const [denied, missing, exception] = [
      await get(app, '/denied', token),
      await get(app, '/missing', token),
      await get(app, '/exception', token),
    ];

    expect([denied.status, denied.body]).toEqual([
      403,
      {
        type: 'urn:tenant-aws:error:aws_access_denied',
        title: 'AWS denied access to the requested data',
        status: 403,
        code: 'aws_access_denied',
      },
    ]);
    expect([missing.status, missing.body.code]).toEqual([404, 'aws_not_found']);
    expect([exception.status, exception.body.message]).toEqual([404, 'no such note']);
  });

  it('is off by default', async () => {
    app = await start(platform, { imports: [TenantAwsModule.forRoot({ guard: true })], controllers: [Pages] });

    const { status, text } = await get(app, '/missing', await aws.issuer.token({ tenant: 'acme' }));

    expect([status, text]).toEqual([500, expect.not.stringContaining('aws_')]);
  });
});

it('responds to errors of AWS also beside a filter of the application for all exceptions', async () => {
  @Catch()
  class Everything implements ExceptionFilter {
    catch(_error: unknown, host: { getArgByIndex(index: number): { status(code: number): { send(text: string): void } } }): void {
      host.getArgByIndex(1).status(418).send('of the application');
    }
  }
  app = await start('Express', {
    imports: [TenantAwsModule.forRoot({ guard: true, awsErrors: true })],
    controllers: [Pages],
    providers: [{ provide: APP_FILTER, useClass: Everything }],
  });

  const token = await aws.issuer.token({ tenant: 'acme' });
  expect((await get(app, '/missing', token)).status).toBe(404);
  expect((await get(app, '/exception', token)).status).toBe(418);
});

it('rejects a value that is not a boolean', () => {
  expect(() => TenantAwsModule.forRoot({ awsErrors: 'true' as never })).toThrow(ConfigurationError);
});

it('logs denied calls and throttling, and no others', () => {
  const logged = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  const filter = new AwsErrorsFilter({ httpAdapter: { isHeadersSent: () => true, end: () => undefined } } as never);
  const host = { getType: () => 'http', switchToHttp: () => ({ getResponse: () => ({}) }) } as never;
  const errors = ['AccessDenied', 'NoSuchKey', 'SlowDown'].map((name) => new S3ServiceException({ name, $fault: 'client', $metadata: {} }));

  for (const error of errors) filter.catch(error, host);

  expect(logged.mock.calls).toEqual([[errors[0]], [errors[2]]]);
  logged.mockRestore();
});

it('sends the code to the sender of a message, and as `extensions` of a GraphQL error', () => {
  const filter = new AwsErrorsFilter({} as never);
  const emit = vi.fn();

  filter.catch(notFound, { getType: () => 'ws', switchToWs: () => ({ getClient: () => ({ emit }) }) } as never);
  const graphql = filter.catch(notFound, { getType: () => 'graphql' } as never);

  expect(emit.mock.calls).toEqual([
    ['exception', { status: 'error', code: 'aws_not_found', message: 'The requested data does not exist' }],
  ]);
  expect(graphql).toMatchObject({ message: 'The requested data does not exist', extensions: { code: 'aws_not_found', status: 404 } });
});
