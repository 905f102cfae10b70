// Prints what a server spends its time on: node test/bench/profile.ts <file.cpuprofile> [<microseconds of CPU per request>]
import { readFileSync } from 'node:fs';
import { tableOf, numberText } from './table.ts';

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const ROWS = 40;
const [file = '', cpuPerRequest = ''] = process.argv.slice(2);
const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8')) as Profile;
const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
const nameOf = (sample: number | undefined): string => frames.get(sample ?? 0)?.functionName ?? '';

// The start of the process is left out: it ends with the first request, the first half of the requests is the warm-up.
const first = samples.findIndex((sample) => nameOf(sample).startsWith('parserOn'));
const from = first + Math.floor((samples.length - first) / 2);
const byFunction = new Map<string, number>();
const byPackage = new Map<string, number>();
let total = 0;
for (let index = from; index < samples.length; index += 1) {
  const frame = frames.get(samples[index] ?? 0);
  if (frame === undefined || frame.functionName === '(idle)') continue;
  const delta = timeDeltas[index] ?? 0;
  const place = packageOf(frame.url);
  add(byPackage, place, delta);
  add(byFunction, `${frame.functionName || '(anonymous)'}, ${place} ${frame.url.split('/').at(-1)}:${frame.lineNumber + 1}`, delta);
  total += delta;
}
for (const [title, counts] of Object.entries({ package: byPackage, function: byFunction })) {
  const top = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, ROWS);
  console.log(`${tableOf([title, 'share, %', ...(cpuPerRequest ? ['µs/request'] : [])], top.map(row))}\n`);
}

function row([name, microseconds]: [string, number]): string[] {
  const share = microseconds / total;
  return [name, numberText(100 * share), ...(cpuPerRequest ? [numberText(share * Number(cpuPerRequest))] : [])];
}

/** The package of a file: the last `node_modules/<name>` of its path, or the folder in `packages`. */
function packageOf(url: string): string {
  const installed = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  const own = /packages\/([^/]+)\/dist/.exec(url)?.[1];
  return own ? `@tenant-aws/${own}` : (installed ?? (url.startsWith('node:') ? 'Node.js' : 'V8, system calls'));
}

function add(counts: Map<string, number>, key: string, microseconds: number): void {
  counts.set(key, (counts.get(key) ?? 0) + microseconds);
}
