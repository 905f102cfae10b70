/** The present contents of a machine, and counts since its creation. */
export interface TokenVendingMachineStats {
  /** Credentials in the cache. */
  readonly entries: number;
  /** SDK clients in the cache. */
  readonly clients: number;
  /** Calls to STS that wait for their turn. */
  readonly queued: number;
  /** Served from the cache. */
  readonly hits: number;
  /** Served by a call to STS that was already pending. */
  readonly shared: number;
  /** Calls of AssumeRole, each with all its attempts. */
  readonly assumes: number;
  /** Those of `assumes` that refreshed credentials ahead of time, while the old ones were still served. */
  readonly refreshes: number;
  /** Those of `assumes` that failed. */
  readonly failures: number;
  /** Refused with a remembered failure of STS. */
  readonly refused: number;
}
