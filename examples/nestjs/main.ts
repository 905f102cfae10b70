import { NestFactory } from '@nestjs/core';
import { TenantAwsService } from '@tenant-aws/nestjs';
import { AppModule } from './app.module.ts';

// The permission templates use the same variables, so the app and its permissions always name the same bucket and table.
const { PORT = '3000', TENANT_AWS_VAR_BUCKET: bucket = 'notes', TENANT_AWS_VAR_TABLE: table = 'orders' } = process.env;

const app = await NestFactory.create(AppModule.forRoot({ bucket, table })); // configured by the environment: see README.md
await app.get(TenantAwsService).ready(); // checks base credentials and the issuer's keys: an error stops the start instead of the first request
app.enableShutdownHooks();
await app.listen(PORT);
console.log(`listening on ${(await app.getUrl()).replace('[::1]', 'localhost')}`);
