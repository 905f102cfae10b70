// Written by generate.ts from the manifests: change those, then run it.

import dynamodbLeadingKeys from './dynamodb-leading-keys.json' with { type: 'json' };
import s3FolderPerTenant from './s3-folder-per-tenant.json' with { type: 'json' };
import s3FolderReadOnly from './s3-folder-read-only.json' with { type: 'json' };

/** The shipped templates, each with the variables that it needs beside the built-in ones. */
export interface ShippedTemplates {
  /** Reads, queries and writes the items of one table whose partition key is the tenant id. */
  readonly 'dynamodb-leading-keys': {
    /** The table that all tenants share. */
    readonly table: string;
  };
  /** Reads, writes, deletes and lists the objects below the tenant's own folder of one bucket. */
  readonly 's3-folder-per-tenant': {
    /** The bucket that all tenants share. */
    readonly bucket: string;
  };
  /** Reads and lists the objects below the tenant's own folder of one bucket, and changes none. */
  readonly 's3-folder-read-only': {
    /** The bucket that all tenants share. */
    readonly bucket: string;
  };
}

/** The name of a shipped template. */
export type ShippedTemplateName = keyof ShippedTemplates;

/** Every shipped template: `<name>.json` in the templates folder. */
// biome-ignore format: one name a line
export const shippedTemplateNames: readonly ShippedTemplateName[] = [
  'dynamodb-leading-keys',
  's3-folder-per-tenant',
  's3-folder-read-only',
];

/** What the file of each shipped template holds: imported, so that a bundler takes it along. */
export const shippedTemplates: Readonly<Record<ShippedTemplateName, object>> = {
  'dynamodb-leading-keys': dynamodbLeadingKeys,
  's3-folder-per-tenant': s3FolderPerTenant,
  's3-folder-read-only': s3FolderReadOnly,
};
