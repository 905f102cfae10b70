import { createHash } from 'node:crypto';

/** Everything that shapes what STS answers. Whatever is added to the call belongs here too: two entries differ exactly where this does. */
export interface EntryShape {
  readonly tenantId: string;
  readonly partition: string;
  readonly roleArn: string;
  /** `PermissionSet.key`: the library's digest, the templates, their variables. */
  readonly permissions: string;
  readonly durationSeconds: number;
  readonly sessionName: string;
  readonly sourceIdentity: string | undefined;
  readonly externalId: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
}

/**
 * The digest of an entry, but for the region: a machine has one, which may be known only after its clients were built.
 * Clients are kept by it, entries by {@link entryKey}.
 */
export function shapeKey(shape: EntryShape): string {
  const { tenantId, partition, roleArn, permissions, durationSeconds, sessionName, sourceIdentity, externalId, tags, transitiveTagKeys } =
    shape;
  const texts = [tenantId, partition, roleArn, permissions, String(durationSeconds), sessionName, sourceIdentity, externalId];
  return digest([...texts, ...listed(Object.entries(tags).toSorted(byKey).flat()), ...listed(transitiveTagKeys.toSorted())]);
}

/** The key of an entry: its shape, in its region. */
export function entryKey(shape: string, region: string): string {
  return digest([shape, region]);
}

/** INVARIANT: injective. A length stands before each text, so that no text can pass for the end of another or for an absent one. */
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
