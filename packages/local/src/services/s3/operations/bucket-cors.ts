import { strictInteger } from '../../../strict-integer.ts';
import { AwsError, type ParsedOperation } from '../../service.ts';
import { bucketArn, iamRequest } from '../authorization.ts';
import { type CorsRule, checkCorsRules } from '../cors.ts';
import type { Engine } from '../engine.ts';
import type { S3Operation, S3Request } from '../operation.ts';
import { OWNER } from '../operation-parts.ts';
import { INTEGRITY_HEADERS, verifyRequiredDigest } from '../payload.ts';
import { xmlResponse } from '../response.ts';
import { malformedXml, readXml, type XmlElement } from '../xml-reader.ts';
import { element, parent } from '../xml-writer.ts';

/** The configuration of the requests that a browser may send from pages of other origins. */
export const CORS_OPERATIONS: readonly S3Operation[] = [
  {
    operation: 'PutBucketCors',
    method: 'PUT',
    target: 'bucket',
    requires: [['cors', '']],
    headers: [...INTEGRITY_HEADERS, OWNER],
    body: 'xml',
    actions: ['s3:PutBucketCORS'],
    parse: putBucketCors,
  },
  {
    operation: 'GetBucketCors',
    method: 'GET',
    target: 'bucket',
    requires: [['cors', '']],
    headers: [OWNER],
    actions: ['s3:GetBucketCORS'],
    parse: getBucketCors,
  },
  {
    operation: 'DeleteBucketCors',
    method: 'DELETE',
    target: 'bucket',
    requires: [['cors', '']],
    headers: [OWNER],
    actions: ['s3:PutBucketCORS'],
    parse: deleteBucketCors,
  },
];

const MAX_BYTES = 65_536;
const MAX_INT32 = 2 ** 31 - 1;

function putBucketCors(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket, body } = request;
  if (body.length > MAX_BYTES) throw new AwsError('MaxMessageLengthExceeded', 400, 'Your request was too big.');
  const rules = checkCorsRules(readXml(body, 'CORSConfiguration').only('CORSRule').all('CORSRule').map(readRule));
  return {
    authorize: [iamRequest(request, 's3:PutBucketCORS', bucketArn(bucket))],
    execute() {
      const { settings } = engine.bucket(bucket);
      verifyRequiredDigest(request);
      settings.cors = rules;
      return { status: 200 };
    },
  };
}

function getBucketCors(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket } = request;
  return {
    authorize: [iamRequest(request, 's3:GetBucketCORS', bucketArn(bucket))],
    execute() {
      const { cors } = engine.bucket(bucket).settings;
      if (!cors) throw new AwsError('NoSuchCORSConfiguration', 404, 'The CORS configuration does not exist', { BucketName: bucket });
      return xmlResponse('CORSConfiguration', cors.map(ruleElement).join(''));
    },
  };
}

function deleteBucketCors(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket } = request;
  return {
    authorize: [iamRequest(request, 's3:PutBucketCORS', bucketArn(bucket))],
    execute() {
      engine.bucket(bucket).settings.cors = undefined;
      return { status: 204 };
    },
  };
}

function readRule(rule: XmlElement): CorsRule {
  rule.only('ID', 'AllowedOrigin', 'AllowedMethod', 'AllowedHeader', 'ExposeHeader', 'MaxAgeSeconds');
  const texts = (name: string): string[] => rule.all(name).map(({ text }) => text);
  const id = rule.optionalText('ID');
  const maxAge = rule.optionalText('MaxAgeSeconds');
  const seconds = maxAge === undefined ? undefined : strictInteger(maxAge, { min: 0, max: MAX_INT32 });
  if (maxAge !== undefined && seconds === undefined) throw malformedXml();
  return {
    ...(id !== undefined && { ID: id }),
    AllowedOrigins: texts('AllowedOrigin'),
    AllowedMethods: texts('AllowedMethod'),
    AllowedHeaders: texts('AllowedHeader'),
    ExposeHeaders: texts('ExposeHeader'),
    ...(seconds !== undefined && { MaxAgeSeconds: seconds }),
  };
}

function ruleElement({ ID, AllowedOrigins, AllowedMethods, AllowedHeaders = [], ExposeHeaders = [], MaxAgeSeconds }: CorsRule): string {
  const all = (name: string, values: readonly string[]): string => values.map((value) => element(name, value)).join('');
  return parent(
    'CORSRule',
    (ID === undefined ? '' : element('ID', ID)) +
      all('AllowedMethod', AllowedMethods) +
      all('AllowedOrigin', AllowedOrigins) +
      all('AllowedHeader', AllowedHeaders) +
      (MaxAgeSeconds === undefined ? '' : element('MaxAgeSeconds', MaxAgeSeconds)) +
      all('ExposeHeader', ExposeHeaders),
  );
}
