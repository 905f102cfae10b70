import type { Fault } from '@tenant-aws/local';
import type { Proxy, ProxyFaults } from '../faults/proxy.ts';
import type { Random } from '../support/random.ts';
import type { RemoteAws } from './remote-aws.ts';

interface FaultSet {
  readonly sts?: Fault;
  /** On the connections to STS. */
  readonly proxy?: ProxyFaults;
  readonly s3?: Fault;
}

const FAULTS: readonly [FaultSet, ...FaultSet[]] = [
  { sts: { code: 'Throttling', times: 40 } },
  { sts: { callsPerSecond: 20 } },
  { sts: { code: 'InternalFailure' } },
  { sts: { code: 'ExpiredToken', times: 5 } },
  { sts: { code: 'AccessDenied', times: 5 } },
  { sts: { down: true } },
  { sts: { hang: true, times: 20 } },
  { sts: { delayMs: 300 } },
  { sts: { clockSkewSeconds: 600 } },
  { sts: { clockSkewSeconds: -600 } },
  { sts: { expiresInSeconds: 240 } },
  { sts: { expiresInSeconds: 30 } },
  { proxy: { refuse: true } },
  { proxy: { hang: true } },
  { proxy: { delayMs: 200 } },
  { proxy: { dripMs: 5 } },
  { proxy: { resetAfterBytes: 500 } },
  { proxy: { cutAfterBytes: 900 } },
  { s3: { code: 'InternalError', times: 30 } },
  { s3: { down: true, times: 30 } },
  { s3: { delayMs: 200, times: 100 } },
];

/** Random faults one after the other, with a time without faults between them. */
export class RandomFaults {
  readonly #aws: RemoteAws;
  readonly #proxy: Proxy;
  readonly #random: Random;
  #active = true;
  #changes = 0;

  constructor(aws: RemoteAws, proxy: Proxy, random: Random) {
    this.#aws = aws;
    this.#proxy = proxy;
    this.#random = random;
  }

  get changes(): number {
    return this.#changes;
  }

  async change(): Promise<void> {
    this.#changes += 1;
    this.#active = !this.#active;
    await this.clear();
    if (!this.#active) return;
    const { sts, proxy, s3 } = this.#random.pick(FAULTS);
    if (sts) this.#aws.fault('sts', sts);
    if (proxy) await this.#proxy.setFaults(proxy);
    if (s3) this.#aws.fault('s3', s3);
  }

  async clear(): Promise<void> {
    this.#aws.clear();
    await this.#proxy.setFaults({});
  }
}
