import type { STSClient } from '@aws-sdk/client-sts';
import type { Faults } from '@tenant-aws/policy';
import { StsAccess } from '../credentials/sts-client.ts';
import { profileOfEnvironment, regionOfEnvironment } from './environment.ts';

/** The client that AssumeRole is sent with. */
export interface BaseSts {
  readonly sts: StsAccess;
  /** Undefined where only the client can find it, or no region is set. */
  readonly region: string | undefined;
}

/**
 * The client that was given, or a new one with the region of the environment and its regional endpoint.
 *
 * @param sockets the greatest number of calls in progress
 */
export function readSts(given: unknown, sockets: number, faults: Faults): BaseSts | undefined {
  if (given !== undefined) {
    if (isStsClient(given)) return { sts: new StsAccess({ client: given, profile: profileOfEnvironment }), region: undefined };
    faults.option('sts', 'must be an STSClient of @aws-sdk/client-sts');
    return undefined;
  }
  const region = regionOfEnvironment();
  if (region === undefined) {
    faults.option('AWS_REGION', 'is not set: STS is called in a region, and templates may use the region');
    return undefined;
  }
  const maxSockets = Number.isSafeInteger(sockets) && sockets > 0 ? sockets : 1;
  const requestHandler = { httpAgent: { keepAlive: true, maxSockets }, httpsAgent: { keepAlive: true, maxSockets } };
  const named = region === 'shared-configuration' ? {} : { region };
  return { sts: new StsAccess({ config: { ...named, requestHandler }, profile: profileOfEnvironment }), region: named.region };
}

function isStsClient(given: unknown): given is STSClient {
  return typeof given === 'object' && given !== null && 'send' in given && typeof given.send === 'function' && 'config' in given;
}
