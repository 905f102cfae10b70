import { AssumeRoleCommand, type AssumeRoleCommandOutput, type STSClient } from '@aws-sdk/client-sts';
import type { Clock, Instant } from '../clock.ts';
import { StsUnavailableError } from '../errors.ts';
import { type Life, lifeOf } from './lifetime.ts';
import { classifyStsFailure, type StsFailure } from './sts-failure.ts';

/** One call of AssumeRole. There is no form of it without a session policy: that would be the whole role, of every tenant. */
export interface AssumeRequest {
  readonly roleArn: string;
  /** A session policy that names one tenant, as JSON. */
  readonly policy: string;
  readonly sessionName: string;
  readonly durationSeconds: number;
  readonly sourceIdentity: string | undefined;
  readonly externalId: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
}

/** What STS issued, and how long it lives by our clocks. */
export interface Assumed {
  readonly kind: 'assumed';
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly life: Life;
  /** The life as it was given, in milliseconds. */
  readonly lifeMs: number;
  /** Of STS, for CloudTrail. */
  readonly requestId: string | undefined;
  /** Percent of the session token's room that is used. */
  readonly tokenUtilisation: number | undefined;
}

/** One call of AssumeRole. The SDK's own retries are off, so that each call is one that the assumer decided on. */
export async function assumeRole(sts: STSClient, request: AssumeRequest, clock: Clock, signal: AbortSignal): Promise<Assumed | StsFailure> {
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
  // In place of the SDK's retries, on this one command: the client may be the user's own, and stays as it is.
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      answeredAt = dateOf(result.response);
      return result;
    },
    { name: 'retryMiddleware', step: 'finalizeRequest', priority: 'high', override: true },
  );
  try {
    return parseAnswer(await sts.send(command, { abortSignal: signal }), sentAt, answeredAt, request.durationSeconds * 1000);
  } catch (thrown) {
    return classifyStsFailure(thrown);
  }
}

function parseAnswer(
  output: AssumeRoleCommandOutput,
  sentAt: Instant,
  answeredAt: number | undefined,
  asked: number,
): Assumed | StsFailure {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = output.Credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration || Number.isNaN(Expiration.getTime())) {
    return { kind: 'transient', error: new StsUnavailableError('STS answered without credentials') };
  }
  const life = lifeOf({ expiration: Expiration.getTime(), answeredAt, sentAt, asked });
  return {
    kind: 'assumed',
    accessKeyId: copyOf(AccessKeyId),
    secretAccessKey: copyOf(SecretAccessKey),
    sessionToken: copyOf(SessionToken),
    life,
    lifeMs: life.monotonicEnd - sentAt.monotonic,
    requestId: output.$metadata.requestId,
    tokenUtilisation: utilisationOf(output),
  };
}

/** `PackedPolicySize` is what older endpoints call it. */
function utilisationOf(output: AssumeRoleCommandOutput): number | undefined {
  return output.SessionTokenUtilization ?? output.PackedPolicySize;
}

/** The SDK's strings are slices of the whole answer and would keep it in memory as long as they live. */
function copyOf(text: string): string {
  return Buffer.from(text).toString();
}

/** The clock of STS, to the second. */
function dateOf(response: unknown): number | undefined {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return undefined;
  const { headers } = response as { readonly headers: Readonly<Record<string, string | undefined>> };
  const at = Date.parse(headers['date'] ?? '');
  return Number.isNaN(at) ? undefined : at;
}
