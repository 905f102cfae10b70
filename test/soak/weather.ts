import type { Fault } from '@tenant-aws/local';
import type { Proxy, Weather } from '../faults/proxy.ts';
import type { Random } from '../support/random.ts';
import type { RemoteAws } from './remote-aws.ts';

interface Trouble {
  readonly fault?: Fault;
  /** On the way to STS. */
  readonly weather?: Weather;
  /** At the services that tenants use. */
  readonly data?: Fault;
}

const TROUBLES: readonly [Trouble, ...Trouble[]] = [
  { fault: { code: 'Throttling', times: 40 } },
  { fault: { callsPerSecond: 20 } },
  { fault: { code: 'InternalFailure' } },
  { fault: { code: 'ExpiredToken', times: 5 } },
  { fault: { code: 'AccessDenied', times: 5 } },
  { fault: { down: true } },
  { fault: { hang: true, times: 20 } },
  { fault: { delayMs: 300 } },
  { fault: { clockSkewSeconds: 600 } },
  { fault: { clockSkewSeconds: -600 } },
  { fault: { expiresInSeconds: 240 } },
  { fault: { expiresInSeconds: 30 } },
  { weather: { refuse: true } },
  { weather: { hang: true } },
  { weather: { delayMs: 200 } },
  { weather: { dripMs: 5 } },
  { weather: { resetAfterBytes: 500 } },
  { weather: { cutAfterBytes: 900 } },
  { data: { code: 'InternalError', times: 30 } },
  { data: { down: true, times: 30 } },
  { data: { delayMs: 200, times: 100 } },
];

/** Random faults, one after the other, with good weather in between. */
export class RandomWeather {
  readonly #aws: RemoteAws;
  readonly #proxy: Proxy;
  readonly #random: Random;
  #calm = false;
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
    this.#calm = !this.#calm;
    await this.clear();
    if (this.#calm) return;
    const { fault, weather, data } = this.#random.pick(TROUBLES);
    if (fault) this.#aws.fault('sts', fault);
    if (weather) await this.#proxy.become(weather);
    if (data) this.#aws.fault('s3', data);
  }

  async clear(): Promise<void> {
    this.#aws.clear();
    await this.#proxy.become({});
  }
}
