// Random faults over 500 tenants, for as long as it is told: what a long bad day does to one process.
//   node --conditions=source test/soak/soak.ts [--seconds 1200] [--seed 1]
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { machineFor, stsAt, tenantIds } from '../faults/ground.ts';
import { Proxy } from '../faults/proxy.ts';
import { Random } from '../support/random.ts';
import { CrossingJudge } from './crossings.ts';
import { HastyClock } from './hasty-clock.ts';
import { growth, settledHeap } from './heap.ts';
import { Load } from './load.ts';
import { RemoteAws } from './remote-aws.ts';
import { RandomWeather } from './weather.ts';

const TENANTS = tenantIds(500);
const WORKERS = 20;
/** The machine's time runs so much faster than ours: credentials of 15 minutes live half a minute. */
const HASTE = 30;
const TICK_MS = 100;
const TICKS_PER_WEATHER = 15;
const TICKS_PER_SAMPLE = 20;
const HEAP_TOLERANCE = 0.05;

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '1200' }, seed: { type: 'string', default: '1' } } });
const seconds = Number(values.seconds);
const random = new Random(Number(values.seed)); // a run can be repeated by its seed

const faults: string[] = [];
process.on('unhandledRejection', (reason) => faults.push(`unhandled rejection: ${String(reason)}`));
process.on('warning', ({ name, message }) => faults.push(`warning: ${name}: ${message}`));

const aws = await RemoteAws.start();
const proxy = await Proxy.start(aws.url);
const clock = new HastyClock(HASTE);
const tvm = machineFor(aws, { sts: stsAt(proxy.url, aws), clock, cache: { max: 600 }, assumeTimeoutMs: 2_000 });
const load = new Load(tvm, aws.url, TENANTS, random);
const judge = new CrossingJudge();
const weather = new RandomWeather(aws, proxy, random);

await load.everybody();
const working = load.run(WORKERS);
const samples: number[] = [];
const begun = performance.now();
const warmUntil = begun + seconds * 250;
for (let tick = 1; performance.now() - begun < seconds * 1_000; tick += 1) {
  await sleep(TICK_MS);
  if (tick % TICKS_PER_WEATHER === 0) await weather.change();
  if (tick % TICKS_PER_SAMPLE !== 0) continue;
  judge.judge(await aws.calls());
  if (performance.now() > warmUntil) samples.push(await settledHeap());
}
load.stop();
await working;
await weather.clear();
clock.skip(3_600_000); // nobody has credentials: each tenant is to be served by what comes now
const failedBefore = new Map(load.figures.failed);
let recovered = await load.everybody();
// All of them cold at once may be more than STS takes in five seconds: who is told to come back comes back.
for (let again = 0; again < 5 && recovered !== TENANTS.length; again += 1) {
  await sleep(2_000);
  recovered = await load.everybody();
}
judge.judge(await aws.calls());

const { figures } = load;
const heapGrowth = growth(samples);
faults.push(...new Set([...judge.crossings, ...figures.violations]));
if (judge.denied !== figures.denied) faults.push(`${judge.denied} calls were denied at AWS, and ${figures.denied} tried another's data`);
if (recovered !== TENANTS.length)
  faults.push(`${recovered} of ${TENANTS.length} tenants were served when the weather had cleared, before: ${words(failedBefore)}`);
if (heapGrowth > HEAP_TOLERANCE) faults.push(`the heap grew by ${percent(heapGrowth)} after the warm-up`);

console.log(`${seconds} s, ${TENANTS.length} tenants, ${weather.changes} changes of weather, seed ${values.seed}`);
console.log(`${figures.served} requests served; failed: ${words(figures.failed)}`);
console.log(
  `${judge.calls} calls at AWS, ${judge.crossings.length} crossings; ${judge.denied} denied, all of them attempts at another's data`,
);
console.log(`${judge.assumes} AssumeRole; ${figures.revocations} revocations; machine: ${JSON.stringify(tvm.stats())}`);
console.log(
  `heap ${mebibytes(Math.min(...samples))} to ${mebibytes(Math.max(...samples))} MiB in ${samples.length} samples, ${percent(heapGrowth)} from the first third to the last`,
);
for (const fault of faults) console.error(`FAULT ${fault}`);

await tvm.close();
await proxy.close();
await aws.close();
process.exitCode = faults.length === 0 ? 0 : 1;

function words(codes: ReadonlyMap<string, number>): string {
  return [...codes].map(([code, count]) => `${count} ${code}`).join(', ') || 'none';
}

function mebibytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(1);
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`;
}
