import { queue as asyncQueue } from 'async';
import Bottleneck from 'bottleneck';
import DataLoader from 'dataloader';
import fastq from 'fastq';
import pLimit from 'p-limit';
import PQueue from 'p-queue';
import { concatMap, firstValueFrom, from, Subject } from 'rxjs';

/** Delays the jobs of all requests. Returns the result of the job. */
export type Singleton = (job: () => Promise<string>) => Promise<string>;

/** Libraries of which one instance is shared by all requests. Most run a job in the async context of the request that completed the previous job. */
export const singletons: Readonly<Record<string, () => Singleton>> = {
  'p-queue': () => {
    const queue = new PQueue({ concurrency: 2 });
    return (job) => queue.add(job);
  },
  'p-limit': () => pLimit(2),
  fastq: () => {
    const queue = fastq.promise((job: () => Promise<string>) => job(), 2);
    return (job) => queue.push(job);
  },
  bottleneck: () => {
    const limiter = new Bottleneck({ maxConcurrent: 2 });
    return (job) => limiter.schedule(job);
  },
  'async.queue': () => {
    const queue = asyncQueue((job: () => Promise<string>, done: (error: Error | null, result?: string) => void) => {
      job().then((result) => done(null, result), done);
    }, 2);
    return (job) => queue.pushAsync<string>(job);
  },
  'rxjs `concatMap`': () => {
    const jobs = new Subject<{ job: () => Promise<string>; result: Subject<string> }>();
    jobs.pipe(concatMap(({ job, result }) => from(settled(job, result)))).subscribe();
    return (job) => {
      const result = new Subject<string>();
      const promise = firstValueFrom(result);
      jobs.next({ job, result });
      return promise;
    };
  },
  '`DataLoader` with a timed batch': () => {
    const loader = new DataLoader((jobs: readonly (() => Promise<string>)[]) => Promise.all(jobs.map((job) => job())), {
      cache: false,
      batchScheduleFn: (callback) => setTimeout(callback, 5),
    });
    return (job) => loader.load(job);
  },
};

async function settled(job: () => Promise<string>, result: Subject<string>): Promise<void> {
  try {
    result.next(await job());
  } catch (error) {
    result.error(error);
  }
}
