import { fileURLToPath } from 'node:url';
import { directory as folder, shippedTemplateNames } from '@tenant-aws/templates';
import { readTemplate } from './directory.ts';
import type { TemplateSource } from './source.ts';

/** The templates that come with Tenant AWS: the package `@tenant-aws/templates`. */
export function shipped(): TemplateSource {
  return { read: () => shippedTemplateNames.map((name) => readTemplate(fileURLToPath(folder), name)) };
}
