import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** What a reader needs to judge the figures. It has no name of a host and no path. */
export interface Environment {
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  /** Processes that run or wait, on average over the last minute, before the benchmark. More than 0 means that it shares the cores. */
  readonly loadBefore: number;
  readonly date: string;
}

export function readEnvironment(): Environment {
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    loadBefore: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    date: new Date().toISOString().slice(0, 10),
  };
}

export function environmentText({ node, platform, cpu, cores, memoryGb, loadBefore, date }: Environment): string {
  return `Node.js ${node}, ${platform}, ${cpu}, ${cores} cores, ${memoryGb} GB, load average ${loadBefore} before the run, ${date}`;
}
