/** The end of a token's description. Nest prints the description if it cannot resolve the token: then no module imports `TenantAwsModule`. */
export const IMPORT_MODULE = 'add `TenantAwsModule.forRoot()` to the `imports` of one module';

/** Injection tokens. Published classes inject by token, because the types of their parameters do not exist at run time. */
export const TENANT_GATE: unique symbol = Symbol(`tenant-aws:gate: ${IMPORT_MODULE}`);
export const SETTINGS: unique symbol = Symbol(`tenant-aws:settings: ${IMPORT_MODULE}`);

/** The options that the guard and the interceptors use. */
export interface Settings {
  readonly eager: boolean;
  /** How long a subscription may continue after its token has expired. */
  readonly sessionMs: number;
  /** Whether two identities of one tenant can have different permissions. For a shared `tvm` this is unknown, and assumed. */
  readonly perIdentity: boolean;
}
