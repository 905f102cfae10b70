import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Injectable } from '@nestjs/common';
import { TenantAwsService, TenantClient } from '@tenant-aws/nestjs';
import { Storage } from '../storage.ts';

/** Notes: the app itself says where each one lies. One service, and one S3 client in it, for all tenants. */
@Injectable()
export class NotesService {
  constructor(
    @TenantClient(S3Client) private readonly s3: S3Client,
    private readonly tenants: TenantAwsService,
    private readonly storage: Storage,
  ) {}

  async list(): Promise<string[]> {
    const { Contents = [] } = await this.s3.send(new ListObjectsV2Command({ Bucket: this.storage.bucket, Prefix: this.folder }));
    return Contents.map(({ Key = '' }) => Key.slice(this.folder.length));
  }

  async read(id: string): Promise<string | undefined> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: this.storage.bucket, Key: this.folder + id }));
    return Body?.transformToString();
  }

  async write(id: string, text: string): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: this.storage.bucket, Key: this.folder + id, Body: text }));
  }

  async remove(id: string): Promise<void> {
    await this.s3.send(new DeleteObjectCommand({ Bucket: this.storage.bucket, Key: this.folder + id }));
  }

  private get folder(): string {
    return `${this.tenants.current().tenantId}/notes/`;
  }
}
