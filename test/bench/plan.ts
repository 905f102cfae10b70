/** How long each lane measures. */
export interface Plan {
  readonly full: boolean;
  /** Rounds of the lanes that serve requests. */
  readonly rounds: number;
  /** Requests to each server before the first round. It ends earlier when the server has used `warmUpCpuSeconds`. */
  readonly warmUpRequests: number;
  readonly warmUpCpuSeconds: number;
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
  warmUpRequests: 20_000,
  warmUpCpuSeconds: 4,
  roundSeconds: 0.35,
  connections: 20,
  microRounds: 7,
  microRoundMs: 50,
  imports: 7,
  cacheSizes: [1_000, 10_000],
};

/** About 15 minutes. */
export const full: Plan = {
  full: true,
  rounds: 11,
  warmUpRequests: 40_000,
  warmUpCpuSeconds: 10,
  roundSeconds: 1,
  connections: 20,
  microRounds: 15,
  microRoundMs: 200,
  imports: 21,
  cacheSizes: [1_000, 10_000, 100_000, 1_000_000],
};
