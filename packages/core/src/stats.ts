/** What a machine holds now, and what was asked of it since it was made. */
export interface TokenVendingMachineStats {
  /** Credentials in the cache. */
  readonly entries: number;
  /** SDK clients in the cache. */
  readonly clients: number;
  /** Calls that wait for their turn at STS. */
  readonly queued: number;
  /** Answered from memory. */
  readonly hits: number;
  /** Answered by a call to STS that was under way already. */
  readonly shared: number;
  /** Calls of AssumeRole, each with its attempts. */
  readonly assumes: number;
  /** Those of them that were made ahead of time, while the old credentials still served. */
  readonly refreshes: number;
  /** Those of them that failed. */
  readonly failures: number;
  /** Answered with a refusal of STS that was remembered. */
  readonly refused: number;
}
