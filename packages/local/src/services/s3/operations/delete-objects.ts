import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { AwsError, type ParsedOperation } from '../../service.ts';
import { invalidRequest, notImplemented } from '../errors.ts';
import { xmlResponse } from '../response.ts';
import { accessDenied, iamRequest, objectArn } from '../authorization.ts';
import type { Engine } from '../engine.ts';
import { parseKey } from '../path.ts';
import { verifyPayload } from '../payload.ts';
import type { S3Request } from '../operation.ts';
import { malformedXml, readXml, type XmlElement } from '../xml-reader.ts';
import { element, parent } from '../xml-writer.ts';

const MAX_KEYS = 1000;
const CONDITIONS = ['VersionId', 'ETag', 'LastModifiedTime', 'Size'];

/**
 * DeleteObjects. Every key is authorised separately: the response is a 200 that lists the denied keys.
 *
 * @see Amazon S3 API Reference, "DeleteObjects"
 */
export function deleteObjects(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket, headers } = request;
  const { keys, quiet } = readDelete(request.body);
  const rights = new Map<string, IamRequest>(keys.map((key) => [key, iamRequest(request, 's3:DeleteObject', objectArn(bucket, key))]));
  return {
    authorize: [],
    authorizeEach: [...rights.values()],
    execute(refused) {
      const from = engine.bucket(bucket);
      const verified = verifyPayload(request);
      if (!verified && !headers.has('content-md5')) {
        throw invalidRequest('Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
      }
      const results = [...rights].map(([key, right]) => {
        if (refused.has(right)) return failure(key, accessDenied(request.caller, right));
        from.delete(key);
        return quiet ? '' : parent('Deleted', element('Key', key));
      });
      return xmlResponse('DeleteResult', results.join(''));
    },
  };
}

function readDelete(body: Buffer): { readonly keys: readonly string[]; readonly quiet: boolean } {
  const document = readXml(body, 'Delete').only('Object', 'Quiet');
  const quiet = document.optionalText('Quiet') ?? 'false';
  const objects = document.all('Object');
  if ((quiet !== 'true' && quiet !== 'false') || objects.length === 0 || objects.length > MAX_KEYS) throw malformedXml();
  return { keys: objects.map(readKey), quiet: quiet === 'true' };
}

function readKey(object: XmlElement): string {
  object.only('Key', ...CONDITIONS);
  const key = object.requiredText('Key');
  for (const name of CONDITIONS) if (object.all(name).length > 0) throw notImplemented(name);
  if (key === '') throw new AwsError('UserKeyMustBeSpecified', 400, 'The bucket POST must contain the specified field name.');
  return parseKey(key);
}

function failure(key: string, { code, message }: AwsError): string {
  return parent('Error', element('Key', key) + element('Code', code) + element('Message', message));
}
