/** Injection tokens. Published classes inject by token, because the types of their parameters do not exist at run time. */
export const TENANT_GATE: unique symbol = Symbol('tenant-aws:gate');
export const EAGER: unique symbol = Symbol('tenant-aws:eager');
export const SESSION_MS: unique symbol = Symbol('tenant-aws:session-ms');
export const PER_IDENTITY: unique symbol = Symbol('tenant-aws:per-identity');
