export { type ShippedTemplateName, shippedTemplateNames, shippedTemplates, type ShippedTemplates } from './shipped.ts';
