import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Body, Controller, Delete, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { TenantClient } from '@tenant-aws/nestjs';
import { Storage } from '../storage.ts';

/**
 * Files, by the key that the client sends. This code does not check which tenant owns the key. IAM does.
 */
@Controller('files')
export class FilesController {
  constructor(private readonly storage: Storage) {}

  @Get()
  async list(@TenantClient(S3Client) s3: S3Client, @Query('prefix') prefix: unknown) {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: this.storage.bucket, Prefix: text(prefix) }));
    return { files: Contents.map(({ Key, Size }) => ({ key: Key, size: Size })) };
  }

  @Get('content')
  async read(@TenantClient(S3Client) s3: S3Client, @Query('key') key: unknown) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: this.storage.bucket, Key: text(key) }));
    return { key, text: await Body?.transformToString() };
  }

  @Put('content')
  @HttpCode(201)
  async write(@TenantClient(S3Client) s3: S3Client, @Query('key') key: unknown, @Body() body?: { text?: unknown }) {
    await s3.send(new PutObjectCommand({ Bucket: this.storage.bucket, Key: text(key), Body: String(body?.text) }));
    return { key };
  }

  @Delete('content')
  @HttpCode(204)
  async remove(@TenantClient(S3Client) s3: S3Client, @Query('key') key: unknown) {
    await s3.send(new DeleteObjectCommand({ Bucket: this.storage.bucket, Key: text(key) }));
  }

  @Post('copy')
  async copy(@TenantClient(S3Client) s3: S3Client, @Body() { from, to }: { from: unknown; to: unknown }) {
    const source = `${this.storage.bucket}/${String(from).split('/').map(encodeURIComponent).join('/')}`;
    await s3.send(new CopyObjectCommand({ Bucket: this.storage.bucket, Key: String(to), CopySource: source }));
    return { key: to };
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
