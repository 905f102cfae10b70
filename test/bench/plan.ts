/** How long each lane measures. */
export interface Plan {
  readonly full: boolean;
  /** Rounds of the lanes that serve requests. */
  readonly rounds: number;
  /** Requests to each server before the first round, for at most `warmUpSeconds`. */
  readonly warmUpRequests: number;
  readonly warmUpSeconds: number;
  readonly roundSeconds: number;
  readonly connections: number;
  readonly microRounds: number;
  readonly microRoundMs: number;
  /** Fresh processes for each import. */
  readonly imports: number;
  /** Where each server writes a CPU profile. */
  readonly profiles?: string | undefined;
  /** Sizes of the caches whose memory and hits are measured. */
  readonly cacheSizes: readonly number[];
}

/** Under 3 minutes. */
export const short: Plan = {
  full: false,
  rounds: 5,
  warmUpRequests: 8_000,
  warmUpSeconds: 3,
  roundSeconds: 0.4,
  connections: 20,
  microRounds: 7,
  microRoundMs: 60,
  imports: 9,
  cacheSizes: [1_000, 10_000],
};

/** About 15 minutes. */
export const full: Plan = {
  full: true,
  rounds: 11,
  warmUpRequests: 40_000,
  warmUpSeconds: 8,
  roundSeconds: 1,
  connections: 20,
  microRounds: 15,
  microRoundMs: 200,
  imports: 21,
  cacheSizes: [1_000, 10_000, 100_000, 1_000_000],
};
