import type { AssumeRoleCommand, STSClient, STSClientConfig } from '@aws-sdk/client-sts';
import { ConfigurationError } from '@tenant-aws/policy';
import { within } from '../deadline.ts';
import { StsUnavailableError } from '../errors.ts';
import { classifyStsFailure, type StsFailure } from './sts-failure.ts';

/** The user's own STS client, or the configuration of one that the machine makes. */
export type StsOptions = ({ readonly client: STSClient } | { readonly config: STSClientConfig }) & {
  /** Returns the value of `AWS_PROFILE`, for the error "there are no base credentials". */
  readonly profile?: () => string | undefined;
};

/** The STS client, and the command that it sends. */
export interface OpenSts {
  readonly client: STSClient;
  readonly AssumeRoleCommand: typeof AssumeRoleCommand;
  readonly profile: () => string | undefined;
}

/**
 * The machine's way to STS. The SDK is loaded at the first use, not when this package is imported: it takes half of the time
 * that the import would take.
 */
export class StsAccess {
  readonly #options: StsOptions;
  #opened: Promise<OpenSts> | undefined;

  constructor(options: StsOptions) {
    this.#options = options;
  }

  /** @throws {@link ConfigurationError} @aws-sdk/client-sts cannot be loaded */
  open(): Promise<OpenSts> {
    this.#opened ??= this.#load();
    return this.#opened;
  }

  /** Destroys the client if the machine made it. */
  async close(): Promise<void> {
    if (this.#opened === undefined || 'client' in this.#options) return;
    await this.#opened.then(
      ({ client }) => client.destroy(),
      () => undefined, // there is no client
    );
  }

  async #load(): Promise<OpenSts> {
    const { AssumeRoleCommand, STSClient } = await import('@aws-sdk/client-sts').catch((cause: unknown) => {
      throw new ConfigurationError(['`@aws-sdk/client-sts` cannot be loaded: install it'], { cause });
    });
    const client = 'client' in this.#options ? this.#options.client : new STSClient(this.#options.config);
    return { client, AssumeRoleCommand, profile: this.#options.profile ?? (() => undefined) };
  }
}

/** @throws {@link ConfigurationError} the client has no region */
export async function regionOf(sts: StsAccess): Promise<string> {
  const { client } = await sts.open();
  try {
    return await client.config.region();
  } catch (cause) {
    throw new ConfigurationError(['`AWS_REGION` is not set, and neither the STS client nor the shared configuration of AWS has a region'], {
      cause,
    });
  }
}

/** @throws {@link StsUnavailableError} no base credentials, or none within `timeoutMs` */
export async function assertBaseCredentials(sts: StsAccess, timeoutMs: number): Promise<void> {
  const { client, profile } = await sts.open();
  const failure = await within<StsFailure | undefined>(
    timeoutMs,
    () =>
      client.config.credentials().then(
        () => undefined,
        (thrown: unknown) => classifyStsFailure(thrown, { profile: profile() }),
      ),
    () => ({ kind: 'base-missing', error: new StsUnavailableError(`the base credentials did not come within ${timeoutMs} ms`) }),
  );
  if (failure !== undefined) throw failure.error;
}

/** Makes the SDK request new base credentials. If that fails, the next call to STS reports it. */
export async function renewBaseCredentials({ client }: OpenSts): Promise<void> {
  await client.config.credentials({ forceRefresh: true }).catch(() => undefined);
}
