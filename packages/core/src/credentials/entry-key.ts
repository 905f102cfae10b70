import { createHash } from 'node:crypto';
import type { SessionParameters } from './session-parameters.ts';

/** Everything that determines the credentials that STS issues. A new parameter of AssumeRole must be added here, so that it distinguishes entries. */
export interface EntryShape extends SessionParameters {
  readonly tenantId: string;
  readonly partition: string;
  /** `PermissionSet.key`: the library's digest, the templates, their variables. */
  readonly permissions: string;
  readonly durationSeconds: number;
}

/**
 * The digest of everything but the region: a machine has one region, which may become known after its clients were built.
 * Clients are kept by this key, entries by {@link entryKey}.
 */
export function shapeKey(shape: EntryShape): string {
  const { tenantId, partition, roleArn, permissions, durationSeconds, sessionName, sourceIdentity, externalId, tags, transitiveTagKeys } =
    shape;
  const texts = [tenantId, partition, roleArn, permissions, String(durationSeconds), sessionName, sourceIdentity, externalId];
  return digest([...texts, ...listed(Object.entries(tags).toSorted(byKey).flat()), ...listed(transitiveTagKeys.toSorted())]);
}

export function entryKey(shapeDigest: string, region: string): string {
  return digest([shapeDigest, region]);
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
