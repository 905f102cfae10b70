import type { Series } from './series.ts';

/** One figure of one round, such as `{ metric: 'requests', unit: '/s', value: 12_000 }`. */
export interface Figure {
  readonly metric: string;
  readonly unit: string;
  readonly value: number;
}

/** Measures one candidate for one round. */
export type Measure = () => readonly Figure[] | Promise<readonly Figure[]>;

/**
 * Measures all candidates in turn, in each second round in the opposite order: A B C, C B A, A B C.
 * Other load of the machine, and a clock of the CPU that slows down, then affect all candidates alike.
 */
export async function interleave(lane: string, rounds: number, candidates: Readonly<Record<string, Measure>>): Promise<Series[]> {
  const series = new Map<string, Series & { readonly samples: number[] }>();
  const order = Object.entries(candidates);
  for (let round = 0; round < rounds; round += 1) {
    for (const [candidate, measure] of round % 2 === 0 ? order : order.toReversed()) {
      for (const { metric, unit, value } of await measure()) {
        const key = `${candidate} ${metric}`;
        const known = series.get(key) ?? { lane, candidate, metric, unit, samples: [] };
        known.samples.push(value);
        series.set(key, known);
      }
    }
  }
  const position = new Map(order.map(([candidate], index) => [candidate, index]));
  return [...series.values()].toSorted((a, b) => (position.get(a.candidate) ?? 0) - (position.get(b.candidate) ?? 0));
}
