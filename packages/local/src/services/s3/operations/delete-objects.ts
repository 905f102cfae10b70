import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { AwsError, type ParsedOperation } from '../../service.ts';
import { notImplemented } from '../errors.ts';
import { xmlResponse } from '../response.ts';
import { accessDenied, iamRequest, objectArn } from '../authorization.ts';
import type { Engine } from '../engine.ts';
import { parseKey } from '../path.ts';
import { verifyRequiredDigest } from '../payload.ts';
import { versionAction, versionIdKey } from '../pinned-version.ts';
import type { S3Request } from '../operation.ts';
import { parseVersionId } from '../version-id.ts';
import { malformedXml, readXml, type XmlElement } from '../xml-reader.ts';
import { element, parent } from '../xml-writer.ts';
import { type DeletedVersion, deleteVersion } from './delete-object.ts';

const MAX_OBJECTS = 1000;
const CONDITIONS = ['ETag', 'LastModifiedTime', 'Size'];

/** An object or a version that the request names. */
interface NamedObject {
  readonly key: string;
  readonly versionId: string | undefined;
}

/**
 * DeleteObjects. Every object is authorised separately: the response is a 200 that lists the denied ones.
 *
 * @see Amazon S3 API Reference, "DeleteObjects"
 */
export function deleteObjects(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket } = request;
  const { objects, quiet } = readDelete(request.body);
  const rights = new Map<IamRequest, NamedObject>(objects.map((object) => [deleteRequest(request, object), object]));
  return {
    authorize: [],
    authorizeEach: [...rights.keys()],
    execute(refused) {
      const from = engine.bucket(bucket);
      verifyRequiredDigest(request);
      const results = [...rights].map(([right, object]) => {
        if (refused.has(right)) return failure(object, accessDenied(request.caller, right));
        const result = deleteVersion(from, object.key, object.versionId, request.now);
        return quiet ? '' : deletedElement(object.key, result);
      });
      return xmlResponse('DeleteResult', results.join(''));
    },
  };
}

function deleteRequest(request: S3Request, { key, versionId }: NamedObject): IamRequest {
  return iamRequest(request, versionAction('s3:DeleteObject', versionId), objectArn(request.bucket, key), versionIdKey(versionId));
}

/** An object that is named twice is deleted once: otherwise the second delete would add another delete marker. */
function readDelete(body: Buffer): { readonly objects: readonly NamedObject[]; readonly quiet: boolean } {
  const document = readXml(body, 'Delete').only('Object', 'Quiet');
  const quiet = document.optionalText('Quiet') ?? 'false';
  const all = document.all('Object');
  if ((quiet !== 'true' && quiet !== 'false') || all.length === 0 || all.length > MAX_OBJECTS) throw malformedXml();
  const objects = new Map(all.map(readObject).map((object) => [JSON.stringify([object.key, object.versionId]), object]));
  return { objects: [...objects.values()], quiet: quiet === 'true' };
}

function readObject(object: XmlElement): NamedObject {
  object.only('Key', 'VersionId', ...CONDITIONS);
  const key = object.requiredText('Key');
  const versionId = object.optionalText('VersionId');
  for (const name of CONDITIONS) if (object.all(name).length > 0) throw notImplemented(name);
  if (key === '') throw new AwsError('UserKeyMustBeSpecified', 400, 'The bucket POST must contain the specified field name.');
  return { key: parseKey(key), versionId: versionId === undefined ? undefined : parseVersionId('VersionId', versionId) };
}

function deletedElement(key: string, { deletedId, markerId }: DeletedVersion): string {
  return parent(
    'Deleted',
    element('Key', key) +
      versionElement(deletedId) +
      (markerId === undefined ? '' : element('DeleteMarker', true) + element('DeleteMarkerVersionId', markerId)),
  );
}

function failure({ key, versionId }: NamedObject, { code, message }: AwsError): string {
  return parent('Error', element('Key', key) + versionElement(versionId) + element('Code', code) + element('Message', message));
}

function versionElement(versionId: string | undefined): string {
  return versionId === undefined ? '' : element('VersionId', versionId);
}
