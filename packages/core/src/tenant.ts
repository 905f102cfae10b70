/** Who a request speaks for: what an identity source answers, verified. */
export interface TenantIdentity {
  /** The tenant, exactly as it was presented: never folded, trimmed or normalised. */
  readonly tenantId: string;
  /** The user within the tenant, where the source knows one (a token's `sub`). */
  readonly subject?: string;
  /** Every claim of the source, for `permissions` and `roleArn` as functions. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Which kind of source it was. */
  readonly source: 'bearer' | 'user' | 'header' | 'certificate' | 'claims';
  /** When what was presented ends, in milliseconds of the epoch: a token's `exp` times 1,000. Absent: unbounded. Anything else is `configuration_invalid`. */
  readonly expiresAt?: number;
}
