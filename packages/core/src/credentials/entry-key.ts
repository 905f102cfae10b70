import { createHash } from 'node:crypto';
import type { TenantId } from '@tenant-aws/policy';
import type { SessionParameters } from './session-parameters.ts';

/**
 * Everything that determines the credentials that STS issues, but for the tenant id and the region. A new parameter of AssumeRole
 * must be added here, so that it distinguishes entries.
 */
export interface SharedShape extends Omit<SessionParameters, 'sessionName'> {
  /** Absent: the default, which follows from the tenant id. */
  readonly sessionName: string | undefined;
  readonly partition: string;
  /** `PermissionSet.key`: the library's digest, the templates, their variables. */
  readonly permissions: string;
  readonly durationSeconds: number;
}

/** The digest of what tenants may have in common. Without function options it is computed once for each set of permissions. */
export function sharedDigest(shape: SharedShape): string {
  const { partition, roleArn, permissions, durationSeconds, sessionName, sourceIdentity, externalId, tags, transitiveTagKeys } = shape;
  const texts = [partition, roleArn, permissions, String(durationSeconds), sessionName, sourceIdentity, externalId];
  return digest([...texts, ...listed(Object.entries(tags).toSorted(byKey).flat()), ...listed(transitiveTagKeys.toSorted())]);
}

/**
 * The key of the cached credentials, and of clients. It does not have the region: a machine has one, which may become known
 * after its clients were built and does not change then.
 *
 * INVARIANT: injective. The digest has a fixed length, and a tenant id has no space.
 */
export function shapeKey(shared: string, tenantId: TenantId): string {
  return `${shared} ${tenantId}`;
}

/** INVARIANT: injective. Each text has its length before it, so that different lists of texts never have the same encoding. */
function digest(parts: readonly (string | undefined)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part === undefined ? '-;' : `${Buffer.byteLength(part)}:${part};`);
  return hash.digest('base64');
}

function listed(texts: readonly string[]): string[] {
  return [String(texts.length), ...texts];
}

function byKey([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}
