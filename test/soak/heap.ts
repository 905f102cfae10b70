import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes in use after garbage collection. */
export async function settledHeap(): Promise<number> {
  for (let round = 0; round < 4; round += 1) {
    await turn();
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The relative growth from the mean of the first third to that of the last third. */
export function growth(samples: readonly number[]): number {
  const third = Math.max(1, Math.floor(samples.length / 3));
  return meanOf(samples.slice(-third)) / meanOf(samples.slice(0, third)) - 1;
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
