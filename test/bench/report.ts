import { type Environment, environmentText } from './environment.ts';
import { SERVER_CPU } from './load-test.ts';
import { isKept, type Promised, promisesOf } from './must-show.ts';
import { differenceOf, ratioOf, type Series, type Summary, summaryOf } from './series.ts';
import { numberText, tableOf } from './table.ts';

/** The table of one lane: a row for each candidate, a column for each metric, and the ratio of the first metric to the first candidate. */
export function laneReport(title: string, series: readonly Series[]): string {
  const metrics = [...new Map(series.map(({ metric, unit }) => [metric, unit]))];
  const candidates = [...new Set(series.map(({ candidate }) => candidate))];
  const [first] = series;
  const of = (candidate: string, metric: string): Series | undefined =>
    series.find((each) => each.candidate === candidate && each.metric === metric);
  const bare = of(first?.candidate ?? '', SERVER_CPU);
  const cpuOver = (cpu: Series | undefined): string[] => (bare && cpu ? [numberText(differenceOf(cpu, bare).median)] : []);
  const ratios = [`÷ ${first?.candidate}`, ...(bare ? [`CPU over ${first?.candidate}, µs`] : [])];
  const head = ['candidate', ...metrics.map(([metric, unit]) => `${metric}, ${unit}`), ...ratios];
  const rows = candidates.map((candidate) => {
    const values = metrics.map(([metric]) => summaryText(of(candidate, metric)));
    const compared = first && of(candidate, first.metric);
    return [
      candidate,
      ...values,
      compared && first ? numberText(ratioOf(compared, first).median) : '',
      ...cpuOver(of(candidate, SERVER_CPU)),
    ];
  });
  return `### ${title}\n\n${tableOf(head, rows)}`;
}

/** The table of all promised figures. Those whose lanes were not run are left out. */
export function promisesReport(series: readonly Series[]): string {
  const measured = promisesOf(series).filter((promised) => promised.measured !== undefined);
  if (measured.length === 0) return '';
  const rows = measured.map((promised) => [
    promised.what,
    rangeText(promised),
    limitText(promised),
    promised.byCpu ? numberText(promised.byCpu.median) : '',
    isKept(promised) ? 'ok' : 'below',
  ]);
  return `### Must show\n\n${tableOf(['what', 'measured (min–max)', 'wanted', 'by server CPU', ''], rows)}`;
}

export function headReport(environment: Environment, full: boolean): string {
  return [
    `## Benchmark${full ? ', --full' : ', short'}`,
    environmentText(environment),
    'Each figure is the median of its rounds, with minimum and maximum. A ratio is the median of the ratios of each round.',
  ].join('\n\n');
}

/** What the JSON file has: every sample, so that other ratios can be computed. */
export function jsonReport(environment: Environment, full: boolean, series: readonly Series[]): object {
  return {
    environment,
    full,
    mustShow: promisesOf(series).map((promised) => ({ ...promised, ok: isKept(promised) ?? null })),
    series: series.map((each) => ({ ...each, ...summaryOf(each.samples) })),
  };
}

function summaryText(series: Series | undefined): string {
  if (series === undefined) return '';
  const { median, min, max } = summaryOf(series.samples);
  if (series.samples.length === 1) return numberText(median);
  return `${numberText(median)} (${numberText(min)}–${numberText(max)})`;
}

function rangeText({ measured, unit }: Promised): string {
  const { median, min, max }: Summary = measured ?? summaryOf([]);
  const text = min === max ? numberText(median) : `${numberText(median)} (${numberText(min)}–${numberText(max)})`;
  return unit === '' ? text : `${text} ${unit}`;
}

function limitText({ limit, unit }: Promised): string {
  const text = 'atLeast' in limit ? `≥ ${limit.atLeast}` : `≤ ${limit.atMost.toLocaleString('en-US')}`;
  return unit === '' ? text : `${text} ${unit}`;
}
