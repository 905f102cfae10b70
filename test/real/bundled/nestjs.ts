import 'reflect-metadata';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type ArgumentsHost, Catch, Controller, type ExceptionFilter, Get, Module, Param, Put, Query } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import { TenantAwsModule, TenantClient } from '@tenant-aws/nestjs';

@Controller()
class FilesController {
  @Get('files')
  async read(@TenantClient(S3Client) s3: S3Client, @Query('key') key: string) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'notes', Key: key }));
    return Body?.transformToString();
  }

  @Put('orders/:customer')
  async write(@TenantClient(DynamoDBDocumentClient) db: DynamoDBDocumentClient, @Param('customer') customer: string) {
    await db.send(new PutCommand({ TableName: 'orders', Item: { customer, id: '1', list: [1, true, 'three'] } }));
    return 'written';
  }
}

@Catch(Object)
class AwsErrors implements ExceptionFilter {
  catch(error: { name: string; $metadata?: { httpStatusCode?: number }; getStatus?(): number; status?: number }, host: ArgumentsHost) {
    host
      .switchToHttp()
      .getResponse()
      .status(error.$metadata?.httpStatusCode ?? error.status ?? 500)
      .send(error.name);
  }
}

@Module({
  imports: [TenantAwsModule.forRoot({ guard: true })],
  controllers: [FilesController],
  providers: [{ provide: APP_FILTER, useClass: AwsErrors }],
})
class AppModule {}

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['error'] });
  await app.listen(process.env.PORT ?? 0);
}
void bootstrap();
