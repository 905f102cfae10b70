/** The samples of one figure of one candidate. Sample `n` of each candidate of a lane was measured in the same round. */
export interface Series {
  readonly lane: string;
  readonly candidate: string;
  readonly metric: string;
  readonly unit: string;
  readonly samples: readonly number[];
}

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function summaryOf(samples: readonly number[]): Summary {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  const lower = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  return { median: (lower + upper) / 2, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
}

/** The ratios round by round: both were measured within seconds, so other load of the machine affects both. */
export function ratioOf(dividend: Series, divisor: Series): Summary {
  return summaryOf(dividend.samples.map((sample, round) => sample / (divisor.samples[round] ?? Number.NaN)));
}

/** The differences round by round. */
export function differenceOf(minuend: Series, subtrahend: Series): Summary {
  return summaryOf(minuend.samples.map((sample, round) => sample - (subtrahend.samples[round] ?? Number.NaN)));
}

/** @returns undefined where the lane was not run */
export function findSeries(all: readonly Series[], lane: string, candidate: string, metric: string): Series | undefined {
  return all.find((each) => each.lane === lane && each.candidate === candidate && each.metric === metric);
}
