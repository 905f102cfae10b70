export { shippedTemplateNames, type ShippedTemplateName, type ShippedTemplates } from './shipped.ts';

/** The folder with the templates' JSON files: beside this file in the sources, one level up from the built one. */
export const directory: URL = new URL(import.meta.url.endsWith('/dist/index.js') ? '../' : './', import.meta.url);
