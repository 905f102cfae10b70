import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Injectable } from '@nestjs/common';
import type { TenantAws } from '@tenant-aws/nestjs';
import { Storage } from '../storage.ts';

/** Notes: the app builds their keys from the tenant id. One service for all tenants: each call receives its tenant. */
@Injectable()
export class NotesService {
  constructor(private readonly storage: Storage) {}

  async list(tenantAws: TenantAws): Promise<string[]> {
    const Prefix = folderOf(tenantAws);
    const { Contents = [] } = await tenantAws.client(S3Client).send(new ListObjectsV2Command({ Bucket: this.storage.bucket, Prefix }));
    return Contents.map(({ Key = '' }) => Key.slice(Prefix.length));
  }

  async read(tenantAws: TenantAws, id: string): Promise<string | undefined> {
    const { Body } = await tenantAws.client(S3Client).send(new GetObjectCommand(this.locationOf(tenantAws, id)));
    return Body?.transformToString();
  }

  async write(tenantAws: TenantAws, id: string, text: string): Promise<void> {
    await tenantAws.client(S3Client).send(new PutObjectCommand({ ...this.locationOf(tenantAws, id), Body: text }));
  }

  async remove(tenantAws: TenantAws, id: string): Promise<void> {
    await tenantAws.client(S3Client).send(new DeleteObjectCommand(this.locationOf(tenantAws, id)));
  }

  private locationOf(tenantAws: TenantAws, id: string): { Bucket: string; Key: string } {
    return { Bucket: this.storage.bucket, Key: folderOf(tenantAws) + id };
  }
}

const folderOf = ({ tenantId }: TenantAws): string => `${tenantId}/notes/`;
