import { CHECKSUM_HEADERS } from '../../../checksums.ts';
import type { ParsedOperation, ServiceResponse } from '../../service.ts';
import { ACL } from '../acl.ts';
import { ENCRYPTION } from '../encryption.ts';
import type { Engine } from '../engine.ts';
import { invalidArgument, notImplemented } from '../errors.ts';
import type { S3Operation, S3Request } from '../operation.ts';
import { parseKey } from '../path.ts';
import { checkPostPolicy, readPostPolicy } from '../post-policy.ts';
import { REDIRECT } from '../redirect.ts';
import { STORAGE_CLASS } from '../storage-class.ts';
import { EXISTING_TAG_KEY, readTagBody, TAGGING, tagHeader } from '../tags.ts';
import { WRITE_OPTION_ACTIONS, WRITE_OPTION_KEYS } from '../write-options.ts';
import { element, xmlDocument } from '../xml-writer.ts';
import { putObject } from './put-object.ts';

/** Fields that are headers of PutObject. A trailing `*` matches every name with that prefix. */
const HEADER_FIELDS: readonly string[] = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-type',
  'expires',
  'x-amz-meta-*',
  ENCRYPTION,
  STORAGE_CLASS,
  REDIRECT,
  ...CHECKSUM_HEADERS,
];

/** All other supported fields. */
const OTHER_FIELDS: readonly string[] = [
  'acl',
  'bucket',
  'key',
  'policy',
  'success_action_redirect',
  'success_action_status',
  'tagging',
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-signature',
  'x-ignore-*',
];

/** The upload of a form that a browser posts to a bucket. */
export const POST_OPERATIONS: readonly S3Operation[] = [
  {
    operation: 'PostObject',
    method: 'POST',
    target: 'bucket',
    form: true,
    body: 'payload',
    actions: ['s3:PutObject'],
    furtherActions: WRITE_OPTION_ACTIONS,
    conditionKeys: [...WRITE_OPTION_KEYS, 's3:ObjectCreationOperation', EXISTING_TAG_KEY],
    parse: postObject,
  },
];

/**
 * A posted form: a PutObject of its file, to the key of its field `key`. The permissions are those of the user who signed the policy.
 *
 * @see Amazon S3 API Reference, "POST Object"
 */
function postObject(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket, body, now, form: fields = new Map<string, string>() } = request;
  const key = keyOf(fields);
  const policy = readPostPolicy(fields.get('policy') ?? '');
  checkPostPolicy(policy, { fields: new Map([...fields, ['bucket', bucket]]), size: body.length, now: now.getTime() });
  checkFields(fields, bucket);
  const put = putObject({ ...request, key, headers: headersOf(fields) }, engine);
  return { authorize: put.authorize, execute: (refused) => responseOf(put.execute(refused), { ...request, key }, fields) };
}

/** The headers of the PutObject. The tags of a form are XML. */
function headersOf(fields: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const headers = new Map([...fields].filter(([name]) => isIn(HEADER_FIELDS, name)));
  const acl = fields.get('acl');
  if (acl !== undefined) headers.set(ACL, acl);
  const tagging = fields.get('tagging');
  if (tagging !== undefined) headers.set(TAGGING, tagHeader(readTagBody(Buffer.from(tagging))));
  return headers;
}

function keyOf(fields: ReadonlyMap<string, string>): string {
  const key = fields.get('key');
  if (key === undefined) {
    const hint = 'If it is specified, please check the order of the fields.';
    throw invalidArgument('key', '', `Bucket POST must contain a field named 'key'.  ${hint}`);
  }
  if (key === '') throw invalidArgument('key', '', 'User key must have a length greater than 0.');
  return parseKey(key);
}

function checkFields(fields: ReadonlyMap<string, string>, bucket: string): void {
  for (const name of fields.keys()) if (!isIn(HEADER_FIELDS, name) && !isIn(OTHER_FIELDS, name)) throw notImplemented(name);
  const named = fields.get('bucket') ?? bucket;
  if (named !== bucket) throw invalidArgument('bucket', named, 'The field bucket must be the bucket to which the form is posted.');
}

function isIn(names: readonly string[], name: string): boolean {
  return names.some((known) => (known.endsWith('*') ? name.startsWith(known.slice(0, -1)) : name === known));
}

/** Redirects, or responds with the status that the form requests: 204 if it requests none, or another than 200 and 201. */
function responseOf(put: ServiceResponse, request: S3Request, fields: ReadonlyMap<string, string>): ServiceResponse {
  const { bucket, key } = request;
  const etag = put.headers?.['etag'] ?? '';
  const redirect = redirectOf(fields.get('success_action_redirect'), { bucket, key, etag });
  if (redirect !== undefined) return { status: 303, headers: { ...put.headers, location: redirect } };
  const location = locationOf(request);
  const headers = { ...put.headers, location };
  const status = fields.get('success_action_status');
  if (status === '200') return { status: 200, headers };
  if (status !== '201') return { status: 204, headers };
  const content = element('Location', location) + element('Bucket', bucket) + element('Key', key) + element('ETag', etag);
  return { status: 201, headers: { ...headers, 'content-type': 'application/xml' }, body: xmlDocument('PostResponse', content, '') };
}

/**
 * The URL to which the user's browser goes after the upload. As on AWS, a value that is not an absolute URL counts as absent. So does
 * a URL that is not of HTTP, such as `javascript:`.
 */
function redirectOf(text: string | undefined, upload: Readonly<Record<'bucket' | 'key' | 'etag', string>>): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  url.search = `${url.search}${url.search === '' ? '?' : '&'}${new URLSearchParams(upload).toString()}`;
  return url.href;
}

const HOST = /^[A-Za-z0-9.:[\]-]+$/;

/** The URL of the object. Its key is encoded with its slashes, as AWS does here. */
function locationOf({ bucket, key, headers }: S3Request): string {
  const host = headers.get('host') ?? '';
  return `${HOST.test(host) ? `http://${host}` : ''}/${bucket}/${encodeURIComponent(key)}`;
}
