import { shippedTemplateNames, shippedTemplates } from '@tenant-aws/templates';
import type { TemplateSource } from './source.ts';

/** The templates that come with Tenant AWS: the package `@tenant-aws/templates`. */
export function shipped(): TemplateSource {
  return {
    read: () =>
      shippedTemplateNames.map((name) => ({
        name,
        text: JSON.stringify(shippedTemplates[name]),
        origin: `@tenant-aws/templates/${name}.json`,
      })),
  };
}
