import './node-version.ts';
export { POLICY_LIMIT } from './compact.ts';
export { type Condition, many, type OneOrMany, type PolicyDocument, type Statement } from './document.ts';
export {
  ConfigurationError,
  type ErrorDetail,
  type Fault,
  PolicyTooLargeError,
  type TemplateErrorDetail,
  TemplateNotFoundError,
  TemplateSyntaxError,
  TemplateVariableError,
  TenantAwsError,
  type TenantAwsErrorOptions,
  TenantInvalidError,
} from './errors.ts';
export { Faults, nearest } from './faults.ts';
export { PolicyGenerator, type PolicyGeneratorOptions, type TemplateMethods } from './generator.ts';
export { TemplateLibrary, type TemplateLibraryOptions } from './library.ts';
export type { TemplateCase, TemplateManifest } from './manifest.ts';
export { PermissionSet, type PermissionSetOptions } from './permission-set.ts';
export type { DeclaredPermissions, Permission, Permissions } from './permissions.ts';
export { directory } from './sources/directory.ts';
export { shipped } from './sources/shipped.ts';
export type { TemplateFile, TemplateSource } from './sources/source.ts';
export type { PermissionTemplate } from './template.ts';
export { DEFAULT_TENANT_ID, parseTenantId, type TenantId, type TenantIdOptions, TenantIdSet } from './tenant-id.ts';
export type { BuiltIns, VariableDeclaration } from './variable.ts';
