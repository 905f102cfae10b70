// Measures what tenant isolation costs: npm run bench -- --help
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startBenchAws } from './bench-aws.ts';
import { type BenchOptions, readOptions } from './command-line.ts';
import { readEnvironment } from './environment.ts';
import { full, short } from './plan.ts';
import { headReport, jsonReport, laneReport, promisesReport } from './report.ts';
import type { Series } from './series.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const options = readOptions(process.argv.slice(2));
if ('text' in options) {
  (options.code === 0 ? console.log : console.error)(options.text);
  process.exitCode = options.code;
} else {
  await run(options);
}

async function run({ isFull, lanes, json, markdown, profiles }: BenchOptions): Promise<void> {
  const progress = (text: string): void => void (markdown || console.error(text));
  const environment = readEnvironment();
  progress('building the packages: the candidates use `dist`, as an application does');
  build();
  console.log(headReport(environment, isFull));
  const plan = { ...(isFull ? full : short), profiles };
  const aws = await startBenchAws();
  const series: Series[] = [];
  try {
    for (const { name, title, run } of lanes) {
      const started = performance.now();
      const measured = await run({ plan, aws });
      series.push(...measured);
      console.log(`\n${laneReport(title, measured)}`);
      progress(`(${name}: ${Math.round((performance.now() - started) / 1_000)} s)`);
    }
  } finally {
    await aws.stop();
  }
  console.log(`\n${promisesReport(series)}`);
  mkdirSync(dirname(json), { recursive: true });
  writeFileSync(json, `${JSON.stringify(jsonReport(environment, isFull, series), undefined, 2)}\n`);
  progress(`\nall samples: ${json}`);
}

function build(): void {
  execFileSync(process.execPath, [resolve(root, '.ci/build-packages.ts')], { cwd: root, stdio: 'inherit' });
}
