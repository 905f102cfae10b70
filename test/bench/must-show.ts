import { COMPARISONS, laneOf, SDK_REQUESTS } from './local/comparisons.ts';
import { SERVER_CPU } from './load-test.ts';
import { findSeries, ratioOf, type Series, type Summary, summaryOf } from './series.ts';

/** One figure that this project promises. */
export interface Promised {
  readonly what: string;
  /** Undefined where its lane was not run. */
  readonly measured: Summary | undefined;
  /** The same ratio of the CPU time of the servers, inverted: it depends less on other load of the machine. Only for requests per second. */
  readonly byCpu?: Summary | undefined;
  readonly unit: string;
  readonly limit: { readonly atLeast: number } | { readonly atMost: number };
}

export function isKept({ measured, limit }: Promised): boolean | undefined {
  if (measured === undefined) return undefined;
  return 'atLeast' in limit ? measured.median >= limit.atLeast : measured.median <= limit.atMost;
}

/** A candidate of a lane, with the metric to compare. */
type At = readonly [lane: string, candidate: string, metric: string];

export function promisesOf(series: readonly Series[]): readonly Promised[] {
  const ratio = (what: string, [lane, a, metric]: At, divisor: string, limit: Promised['limit']): Promised => {
    const [dividend, other] = [findSeries(series, lane, a, metric), findSeries(series, lane, divisor, metric)];
    const [cpu, otherCpu] = [findSeries(series, lane, a, SERVER_CPU), findSeries(series, lane, divisor, SERVER_CPU)];
    const byCpu = metric === 'requests' && cpu && otherCpu ? ratioOf(otherCpu, cpu) : undefined;
    return { what, measured: dividend && other && ratioOf(dividend, other), byCpu, unit: '', limit };
  };
  const largestTenants = series.findLast(({ lane, candidate }) => lane === 'memory' && candidate.startsWith('cached tenant'));
  const requests = (framework: string, lane: string, rival: string, atLeast: number): readonly Promised[] => [
    ratio(`${framework} warm: ours ÷ floor`, [lane, 'ours', 'requests'], 'floor', { atLeast: 0.95 }),
    ratio(`${framework} warm: ours ÷ ${rival}`, [lane, 'ours', 'requests'], rival, { atLeast }),
  ];
  return [
    ...requests('Express', 'express', 'passport-jwt, PEM', 3.3),
    ...requests('Koa', 'koa', 'koa-jwt', 4.5),
    ...requests('Nest on Express', 'nest-express', '@nestjs/passport', 3.2),
    ...requests('Nest on Fastify', 'nest-fastify', '@nestjs/passport', 4.3),
    ratio('gate ÷ (SHA-256 + Map.get)', ['gate', 'tenantGate', 'CPU'], 'SHA-256 + Map.get', { atMost: 1.8 }),
    ratio('cold RS256 token ÷ jsonwebtoken with a KeyObject', ['cold-token', 'bearerToken', 'CPU'], 'jsonwebtoken.verify', { atMost: 1.3 }),
    ratio('generatePolicy ÷ JSON.parse of it', ['policy', 'tenant().generatePolicy', 'CPU'], 'JSON.parse', { atMost: 2 }),
    ratio('vend, new identity object ÷ known one', ['vend', 'new identity object, read-only', 'CPU'], 'known identity', { atMost: 4 }),
    ratio('vend, new tenant ÷ the bare AssumeRole command', ['new-tenant', 'vend', 'CPU'], 'AssumeRoleCommand', { atMost: 1.3 }),
    ratio('requests per second ÷ AssumeRole per request, STS 5 ms', ['sts', 'ours', 'requests'], 'AssumeRole per request', { atLeast: 20 }),
    ratio('p99 warm at 70 % of bare throughput ÷ bare', ['latency', 'ours', 'p99'], 'bare', { atMost: 1.25 }),
    {
      what: `heap + external per ${largestTenants?.candidate ?? 'cached tenant'}`,
      measured: largestTenants && summaryOf(largestTenants.samples),
      unit: 'bytes',
      limit: { atMost: 1_600 },
    },
    ...cacheHit(series, ratio),
    ...COMPARISONS.flatMap(({ operation, engine }) => [
      ratio(`local AWS, ${operation}: ours ÷ ${engine} alone`, [laneOf(operation), 'ours', 'requests'], engine, { atLeast: 0.7 }),
      ratio(`local AWS, ${operation}, by the AWS SDK`, [laneOf(operation), 'ours', SDK_REQUESTS], engine, { atLeast: 0.7 }),
    ]),
    ratio('import: @tenant-aws/express ÷ express', ['import', '@tenant-aws/express', 'import'], 'express', { atMost: 1.5 }),
    ratio('import: @tenant-aws/nestjs ÷ @nestjs/common', ['import', '@tenant-aws/nestjs', 'import'], '@nestjs/common', { atMost: 1.6 }),
  ];
}

/** The ratio of the largest cache that was measured to that of 1,000 tenants: 1,000,000 under `--full`. */
function cacheHit(
  series: readonly Series[],
  ratio: (what: string, at: At, divisor: string, limit: Promised['limit']) => Promised,
): Promised[] {
  const largest = series.filter(({ lane }) => lane === 'cache').at(-1)?.candidate ?? '1,000,000 tenants';
  return [ratio(`cache hit at ${largest} ÷ 1,000 tenants`, ['cache', largest, 'CPU'], '1,000 tenants', { atMost: 3 })];
}
