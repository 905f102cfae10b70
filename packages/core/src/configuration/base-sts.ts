import { STSClient } from '@aws-sdk/client-sts';
import type { Faults } from '@tenant-aws/policy';
import { regionOfEnvironment } from './environment.ts';

/** The client that AssumeRole is sent with. */
export interface BaseSts {
  readonly sts: STSClient;
  /** Ours to destroy. */
  readonly ownsSts: boolean;
  /** Where it is known already; else the client knows, or nobody does. */
  readonly region: string | undefined;
}

/**
 * The user's client, or one with the region of the environment, whose endpoint is the regional one.
 *
 * @param sockets calls that may be under way at once
 */
export function readSts(given: unknown, sockets: number, faults: Faults): BaseSts | undefined {
  if (given !== undefined) {
    if (isStsClient(given)) return { sts: given, ownsSts: false, region: undefined };
    faults.add('`sts` must be an STSClient of @aws-sdk/client-sts');
    return undefined;
  }
  const region = regionOfEnvironment();
  if (region === undefined) {
    faults.add('`AWS_REGION` is not set: STS is called in a region, and templates may name it');
    return undefined;
  }
  const maxSockets = Number.isSafeInteger(sockets) && sockets > 0 ? sockets : 1;
  const requestHandler = { httpAgent: { keepAlive: true, maxSockets }, httpsAgent: { keepAlive: true, maxSockets } };
  const named = region === 'shared-configuration' ? {} : { region };
  return { sts: new STSClient({ ...named, requestHandler }), ownsSts: true, region: named.region };
}

function isStsClient(given: unknown): given is STSClient {
  return typeof given === 'object' && given !== null && 'send' in given && typeof given.send === 'function' && 'config' in given;
}
