import { queue as asyncQueue } from 'async';
import Bottleneck from 'bottleneck';
import DataLoader from 'dataloader';
import fastq from 'fastq';
import pLimit from 'p-limit';
import PQueue from 'p-queue';
import { concatMap, firstValueFrom, from, Subject } from 'rxjs';

/** Holds jobs of all requests back, and runs them later. */
export type Singleton = (job: () => Promise<string>) => Promise<string>;

/** One of each is shared by all requests, as libraries are: it runs a job in the async context of whoever made room for it. */
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
    const queue = asyncQueue((job: () => Promise<string>, done: (error: Error | null, answer?: string) => void) => {
      job().then((answer) => done(null, answer), done);
    }, 2);
    return (job) => queue.pushAsync<string>(job);
  },
  'rxjs `concatMap`': () => {
    const jobs = new Subject<{ job: () => Promise<string>; answer: Subject<string> }>();
    jobs.pipe(concatMap(({ job, answer }) => from(settled(job, answer)))).subscribe();
    return (job) => {
      const answer = new Subject<string>();
      const promise = firstValueFrom(answer);
      jobs.next({ job, answer });
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

async function settled(job: () => Promise<string>, answer: Subject<string>): Promise<void> {
  try {
    answer.next(await job());
  } catch (error) {
    answer.error(error);
  }
}
