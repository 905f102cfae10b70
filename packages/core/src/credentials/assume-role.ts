import type { AssumeRoleCommandOutput } from '@aws-sdk/client-sts';
import type { Clock, Instant } from '../clock.ts';
import { StsUnavailableError } from '../errors.ts';
import { type Life, lifeOf } from './lifetime.ts';
import type { SessionParameters } from './session-parameters.ts';
import type { OpenSts } from './sts-client.ts';
import { classifyStsFailure, type StsFailure } from './sts-failure.ts';

/** The session policy is required: without one, the session could use the whole role, with the data of every tenant. */
export interface AssumeRequest extends SessionParameters {
  /** A session policy for one tenant, as JSON. */
  readonly policy: string;
  readonly durationSeconds: number;
}

/** Credentials from STS. */
export interface Assumed {
  readonly kind: 'assumed';
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** In terms of this host's clocks. */
  readonly life: Life;
  /** The lifetime at issue, in milliseconds. */
  readonly lifeMs: number;
  /** The request id of STS, which CloudTrail shows. */
  readonly requestId: string | undefined;
  /** How much of the session token's size limit is used, in percent. */
  readonly tokenUtilisation: number | undefined;
}

/** One call of AssumeRole. The SDK's own retries are off, so that each call is one that the assumer decided on. */
export async function assumeRole(
  { client, AssumeRoleCommand, profile }: OpenSts,
  request: AssumeRequest,
  clock: Clock,
  signal: AbortSignal,
): Promise<Assumed | StsFailure> {
  const command = new AssumeRoleCommand({
    RoleArn: request.roleArn,
    Policy: request.policy,
    RoleSessionName: request.sessionName,
    DurationSeconds: request.durationSeconds,
    ...(request.sourceIdentity === undefined ? {} : { SourceIdentity: request.sourceIdentity }),
    ...(request.externalId === undefined ? {} : { ExternalId: request.externalId }),
    ...(Object.keys(request.tags).length === 0 ? {} : { Tags: Object.entries(request.tags).map(([Key, Value]) => ({ Key, Value })) }),
    ...(request.transitiveTagKeys.length === 0 ? {} : { TransitiveTagKeys: [...request.transitiveTagKeys] }),
  });
  const sentAt = clock.now();
  let answeredAt: number | undefined;
  // Replaces the SDK's retries on this command only. The client may be the user's own and is not changed.
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      answeredAt = dateOf(result.response);
      return result;
    },
    { name: 'retryMiddleware', step: 'finalizeRequest', priority: 'high', override: true },
  );
  try {
    return parseResponse(await client.send(command, { abortSignal: signal }), sentAt, answeredAt, request.durationSeconds * 1000);
  } catch (thrown) {
    return classifyStsFailure(thrown, { request, profile: profile() });
  }
}

function parseResponse(
  output: AssumeRoleCommandOutput,
  sentAt: Instant,
  answeredAt: number | undefined,
  requestedMs: number,
): Assumed | StsFailure {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = output.Credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration || Number.isNaN(Expiration.getTime())) {
    return { kind: 'transient', error: new StsUnavailableError('STS answered without credentials') };
  }
  const life = lifeOf({ expiration: Expiration.getTime(), answeredAt, sentAt, requestedMs });
  return {
    kind: 'assumed',
    accessKeyId: copyOf(AccessKeyId),
    secretAccessKey: copyOf(SecretAccessKey),
    sessionToken: copyOf(SessionToken),
    life,
    lifeMs: life.monotonicEnd - sentAt.monotonic,
    requestId: output.$metadata.requestId === undefined ? undefined : copyOf(output.$metadata.requestId),
    tokenUtilisation: utilisationOf(output),
  };
}

/** Older endpoints call it `PackedPolicySize`. */
function utilisationOf(output: AssumeRoleCommandOutput): number | undefined {
  return output.SessionTokenUtilization ?? output.PackedPolicySize;
}

/** The SDK's strings are slices of the whole response and would keep it in memory. */
function copyOf(text: string): string {
  return Buffer.from(text).toString();
}

/** The `Date` header: the time of STS, in whole seconds. */
function dateOf(response: unknown): number | undefined {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return undefined;
  const { headers } = response as { readonly headers: Readonly<Record<string, string | undefined>> };
  const at = Date.parse(headers['date'] ?? '');
  return Number.isNaN(at) ? undefined : at;
}
