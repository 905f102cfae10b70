/** What the module's parts are injected by; the published classes name their tokens, for a type that was imported as a type is gone at run time. */
export const TENANT_GATE: unique symbol = Symbol('tenant-aws:gate');
export const EAGER: unique symbol = Symbol('tenant-aws:eager');
export const SESSION_MS: unique symbol = Symbol('tenant-aws:session-ms');
export const PER_IDENTITY: unique symbol = Symbol('tenant-aws:per-identity');
