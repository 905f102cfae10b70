/** How long each lane measures. */
export interface Plan {
  readonly full: boolean;
  /** Rounds of the lanes that serve requests: many short ones, because the speed of a shared machine changes within seconds. */
  readonly rounds: number;
  /** Requests to each server before the first round. It ends earlier when the server has used `warmUpCpuSeconds`. */
  readonly warmUpRequests: number;
  readonly warmUpCpuSeconds: number;
  readonly roundSeconds: number;
  /** Rounds of the latency lane. A pause of the machine must be less than 1 % of a round: it would be the p99. */
  readonly latencyRounds: number;
  readonly latencySeconds: number;
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
  rounds: 12,
  warmUpRequests: 25_000,
  warmUpCpuSeconds: 4,
  roundSeconds: 0.1,
  latencyRounds: 6,
  latencySeconds: 0.5,
  connections: 20,
  microRounds: 7,
  microRoundMs: 50,
  imports: 7,
  cacheSizes: [1_000, 10_000],
};

/** About 15 minutes. */
export const full: Plan = {
  full: true,
  rounds: 50,
  warmUpRequests: 50_000,
  warmUpCpuSeconds: 10,
  roundSeconds: 0.2,
  latencyRounds: 20,
  latencySeconds: 2,
  connections: 20,
  microRounds: 15,
  microRoundMs: 200,
  imports: 21,
  cacheSizes: [1_000, 10_000, 100_000, 1_000_000],
};
