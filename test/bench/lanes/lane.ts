import type { RunningAws } from '../bench-aws.ts';
import type { Plan } from '../plan.ts';
import type { Series } from '../series.ts';

export interface LaneContext {
  readonly plan: Plan;
  readonly aws: RunningAws;
}

export interface Lane {
  /** The name for `--only`. */
  readonly name: string;
  /** A name for `--only` that stands for several lanes. */
  readonly group?: string;
  readonly title: string;
  /** Whether the lane needs `--full` or `--only`. */
  readonly onlyFull?: boolean;
  /** Whether the lane needs `--only`, because it takes minutes. */
  readonly onlyNamed?: boolean;
  readonly run: (context: LaneContext) => Promise<readonly Series[]>;
}
