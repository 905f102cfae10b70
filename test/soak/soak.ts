// Random faults with 500 tenants, for a given time: checks isolation, recovery and memory of one process.
//   node --conditions=source test/soak/soak.ts [--seconds 1200] [--seed 1]
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { machineFor, stsAt, tenantIds } from '../faults/machine.ts';
import { Proxy } from '../faults/proxy.ts';
import { Random } from '../support/random.ts';
import { FastClock } from './fast-clock.ts';
import { growth, settledHeap } from './heap.ts';
import { IsolationCheck } from './isolation-check.ts';
import { Load } from './load.ts';
import { RandomFaults } from './random-faults.ts';
import { RemoteAws } from './remote-aws.ts';

const TENANTS = tenantIds(500);
const WORKERS = 20;
/** The machine's time runs this much faster: credentials of 15 minutes last half a minute. */
const CLOCK_FACTOR = 30;
const TICK_MS = 100;
const TICKS_PER_CHANGE = 15;
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
const clock = new FastClock(CLOCK_FACTOR);
const tvm = machineFor(aws, { sts: stsAt(proxy.url, aws), clock, cache: { max: 600 }, assumeTimeoutMs: 2_000 });
const load = new Load(tvm, aws.url, TENANTS, random);
const isolation = new IsolationCheck();
const randomFaults = new RandomFaults(aws, proxy, random);

await load.serveAll();
const working = load.run(WORKERS);
const samples: number[] = [];
const startedAt = performance.now();
const warmUntil = startedAt + seconds * 250;
for (let tick = 1; performance.now() - startedAt < seconds * 1_000; tick += 1) {
  await sleep(TICK_MS);
  if (tick % TICKS_PER_CHANGE === 0) await randomFaults.change();
  if (tick % TICKS_PER_SAMPLE !== 0) continue;
  isolation.check(await aws.calls());
  if (performance.now() > warmUntil) samples.push(await settledHeap());
}
load.stop();
await working;
await randomFaults.clear();
clock.skip(3_600_000); // all credentials expire, so that every tenant needs new ones
const failedBefore = new Map(load.figures.failed);
let recovered = await load.serveAll();
// All tenants together may be more than STS accepts in five seconds: those refused try again.
for (let again = 0; again < 5 && recovered !== TENANTS.length; again += 1) {
  await sleep(2_000);
  recovered = await load.serveAll();
}
isolation.check(await aws.calls());

const { figures } = load;
const heapGrowth = growth(samples);
faults.push(...new Set([...isolation.violations, ...figures.violations]));
if (isolation.denied !== figures.denied)
  faults.push(`${isolation.denied} calls were denied at AWS, but ${figures.denied} tried to read another tenant's data`);
if (recovered !== TENANTS.length)
  faults.push(`${recovered} of ${TENANTS.length} tenants were served after the faults had ended; errors before: ${words(failedBefore)}`);
if (heapGrowth > HEAP_TOLERANCE) faults.push(`the heap grew by ${percent(heapGrowth)} after the warm-up`);

console.log(`${seconds} s, ${TENANTS.length} tenants, ${randomFaults.changes} changes of faults, seed ${values.seed}`);
console.log(`${figures.served} requests served; failed: ${words(figures.failed)}`);
console.log(
  `${isolation.calls} calls at AWS, ${isolation.violations.length} violations; ${isolation.denied} denied, all of them reads of another tenant's data`,
);
console.log(`${isolation.assumes} AssumeRole; ${figures.revocations} revocations; machine: ${JSON.stringify(tvm.stats())}`);
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
