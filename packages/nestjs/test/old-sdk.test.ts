import { S3Client as OldS3Client } from 'client-s3-3758';
import { S3Client } from '@aws-sdk/client-s3';
import { Injectable } from '@nestjs/common';
import { ConfigurationError } from '@tenant-aws/core';
import { expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { TenantAwsModule, TenantClient } from '../src/index.ts';
import { start } from './application.ts';

const aws = notesAws();

it('refuses to start with a client of an SDK version that uses the cached credentials of one tenant for the next', async () => {
  @Injectable()
  class Store {
    constructor(
      @TenantClient(S3Client) readonly s3: S3Client,
      @TenantClient(OldS3Client) readonly old: OldS3Client,
    ) {}
  }

  const failure = start('Express', { imports: [TenantAwsModule.forRoot()], providers: [Store] });

  await expect(failure).rejects.toBeInstanceOf(ConfigurationError);
  await expect(failure).rejects.toThrow('S3Client would use the credentials of one tenant for the next');
  expect(aws.calls).toEqual([]);
});
