/** The verified identity of a request, as an identity source returns it. */
export interface TenantIdentity {
  /** The tenant id exactly as it was presented: its letter case and white space are never changed. */
  readonly tenantId: string;
  /** The user within the tenant, if the source knows it (the `sub` of a token). */
  readonly subject?: string;
  /** All claims, for options such as `permissions` and `roleArn` that are functions. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** The kind of the identity source. */
  readonly source: 'bearer' | 'user' | 'header' | 'certificate' | 'claims';
  /** When the identity expires, in milliseconds of the epoch: the `exp` of a token times 1,000. Absent: never. Any other value is `configuration_invalid`. */
  readonly expiresAt?: number;
}
