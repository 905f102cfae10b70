import type { STSClient } from '@aws-sdk/client-sts';
import { ConfigurationError } from '@tenant-aws/policy';
import { within } from '../deadline.ts';
import { StsUnavailableError } from '../errors.ts';
import { classifyStsFailure, type StsFailure } from './sts-failure.ts';

/** @throws {@link ConfigurationError} the client has no region */
export async function regionOf(sts: STSClient): Promise<string> {
  try {
    return await sts.config.region();
  } catch (cause) {
    throw new ConfigurationError(['`AWS_REGION` is not set, and neither the STS client nor the shared configuration of AWS has a region'], {
      cause,
    });
  }
}

/** @throws {@link StsUnavailableError} no base credentials, or none within `timeoutMs` */
export async function assertBaseCredentials(sts: STSClient, timeoutMs: number): Promise<void> {
  const failure = await within<StsFailure | undefined>(
    timeoutMs,
    () => sts.config.credentials().then(() => undefined, classifyStsFailure),
    () => ({ kind: 'base-missing', error: new StsUnavailableError(`the base credentials did not come within ${timeoutMs} ms`) }),
  );
  if (failure !== undefined) throw failure.error;
}

/** Makes the SDK request new base credentials. If that fails, the next call to STS reports it. */
export async function renewBaseCredentials(sts: STSClient): Promise<void> {
  await sts.config.credentials({ forceRefresh: true }).catch(() => undefined);
}
