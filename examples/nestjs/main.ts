import { NestFactory } from '@nestjs/core';
import { TenantAwsService } from '@tenant-aws/nestjs';
import { AppModule } from './app.module.ts';

// The same variables fill the permission templates: the app and its permissions cannot drift apart.
const { PORT = '3000', TENANT_AWS_VAR_BUCKET: bucket = 'notes', TENANT_AWS_VAR_TABLE: table = 'orders' } = process.env;

const app = await NestFactory.create(AppModule.forRoot({ bucket, table })); // everything else from the environment, too: see README.md
await app.get(TenantAwsService).ready(); // base credentials, the issuer's keys: better a failed start than a failed first request
app.enableShutdownHooks();
await app.listen(PORT);
console.log(`listening on ${(await app.getUrl()).replace('[::1]', 'localhost')}`);
