import { randomBytes } from 'node:crypto';
import type { VerifiedRequest } from '../service.ts';
import { invalidArgument } from './errors.ts';

/** The id of the version that is written while versioning is not enabled. */
export const NULL_VERSION = 'null';

const SEQUENCE_LENGTH = 8;
const VERSION_ID = /^(?:null|[0-9a-z]{8}[A-Za-z0-9_-]{24})$/;

/** Creates the version ids of one bucket. */
export class VersionIds {
  #created = 0;

  /** Random, so that it cannot be guessed. In the order of creation, so that a listing can continue after a version that was deleted. */
  next(): string {
    this.#created += 1;
    return this.#created.toString(36).padStart(SEQUENCE_LENGTH, '0') + randomBytes(18).toString('base64url');
  }
}

/** Whether a version is older than another one. Unknown for the null version: its id does not contain its time. */
export function isOlder(versionId: string, than: string): boolean | undefined {
  if (versionId === NULL_VERSION || than === NULL_VERSION) return undefined;
  return versionId.slice(0, SEQUENCE_LENGTH) < than.slice(0, SEQUENCE_LENGTH);
}

/**
 * The version that a request names with `versionId`, if any.
 *
 * @throws {@link AwsError} InvalidArgument for an empty id, and for one that S3 did not create
 */
export function readVersionId({ query }: VerifiedRequest): string | undefined {
  const versionId = query.get('versionId');
  return versionId === undefined ? undefined : parseVersionId('versionId', versionId);
}

/** @throws {@link AwsError} InvalidArgument */
export function parseVersionId(parameter: string, versionId: string): string {
  if (versionId === '') throw invalidArgument(parameter, versionId, 'Version id cannot be the empty string');
  if (!VERSION_ID.test(versionId)) throw invalidArgument(parameter, versionId, 'Invalid version id specified');
  return versionId;
}
