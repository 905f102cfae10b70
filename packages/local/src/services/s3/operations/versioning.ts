import { AwsError, type ParsedOperation } from '../../service.ts';
import { bucketArn, iamRequest } from '../authorization.ts';
import type { Versioning } from '../bucket.ts';
import type { Engine } from '../engine.ts';
import { notImplemented } from '../errors.ts';
import type { S3Operation, S3Request } from '../operation.ts';
import { LIST_KEYS, LIST_PARAMS, OPTIONAL_ATTRIBUTES, OWNER, PAYER } from '../operation-parts.ts';
import { INTEGRITY_HEADERS, verifyPayload } from '../payload.ts';
import { xmlResponse } from '../response.ts';
import { malformedXml, readXml } from '../xml-reader.ts';
import { element } from '../xml-writer.ts';
import { listVersions } from './list-versions.ts';

/** The operations on a bucket's versioning and on its versions. */
export const VERSIONING_OPERATIONS: readonly S3Operation[] = [
  {
    operation: 'GetBucketVersioning',
    method: 'GET',
    target: 'bucket',
    requires: [['versioning', '']],
    headers: [OWNER],
    actions: ['s3:GetBucketVersioning'],
    parse: getBucketVersioning,
  },
  {
    operation: 'PutBucketVersioning',
    method: 'PUT',
    target: 'bucket',
    requires: [['versioning', '']],
    headers: [...INTEGRITY_HEADERS, OWNER],
    body: 'xml',
    actions: ['s3:PutBucketVersioning'],
    parse: putBucketVersioning,
  },
  {
    operation: 'ListObjectVersions',
    method: 'GET',
    target: 'bucket',
    requires: [['versions', '']],
    params: [...LIST_PARAMS, 'key-marker', 'version-id-marker'],
    headers: [OWNER, PAYER, OPTIONAL_ATTRIBUTES],
    actions: ['s3:ListBucketVersions'],
    conditionKeys: LIST_KEYS,
    parse: listVersions,
  },
];

/** The result is empty until versioning is enabled for the first time. */
function getBucketVersioning(request: S3Request, engine: Engine): ParsedOperation {
  return {
    authorize: [iamRequest(request, 's3:GetBucketVersioning', bucketArn(request.bucket))],
    execute() {
      const { versioning } = engine.bucket(request.bucket);
      return xmlResponse('VersioningConfiguration', versioning === undefined ? '' : element('Status', versioning));
    },
  };
}

function putBucketVersioning(request: S3Request, engine: Engine): ParsedOperation {
  const status = readStatus(request.body);
  return {
    authorize: [iamRequest(request, 's3:PutBucketVersioning', bucketArn(request.bucket))],
    execute() {
      const bucket = engine.bucket(request.bucket);
      verifyPayload(request);
      bucket.versioning = status;
      return { status: 200 };
    },
  };
}

/** @throws {@link AwsError} MalformedXML, IllegalVersioningConfigurationException; NotImplemented, 501, for MFA delete */
function readStatus(body: Buffer): Versioning {
  const configuration = readXml(body, 'VersioningConfiguration').only('Status', 'MfaDelete');
  if ((configuration.optionalText('MfaDelete') ?? 'Disabled') !== 'Disabled') throw notImplemented('MfaDelete');
  const status = configuration.optionalText('Status');
  if (status === undefined) {
    const message = 'The Versioning element must be specified';
    throw new AwsError('IllegalVersioningConfigurationException', 400, message);
  }
  if (status !== 'Enabled' && status !== 'Suspended') throw malformedXml();
  return status;
}
