import { percentDecode, utf8 } from './percent.ts';
import { AwsError, type ServiceResponse, unsupported, type VerifiedRequest } from './services/service.ts';
import { element } from './xml.ts';

/** The parameters of a request of the AWS query protocol, which STS, SNS and older clients of SQS use. No name occurs twice. */
export type Form = ReadonlyMap<string, string>;

const CONTENT_TYPE = /^application\/x-www-form-urlencoded(?:; *charset=utf-8)?$/i;

/** Another `x-amz-*` header may have a meaning that is neither authorised nor executed here: it is refused. */
const AMZ_HEADERS: ReadonlySet<string> = new Set(['x-amz-content-sha256']);

/** Whether a request has a form, as the content type says. */
export function isForm(contentType: string | undefined): boolean {
  return CONTENT_TYPE.test(contentType ?? '');
}

/**
 * Reads the form of a request, posted to `/`.
 * Refuses everything that two parsers could read differently: a repeated parameter, a query string, another content type.
 *
 * @throws AwsError NotImplemented, MalformedQueryString or NoSuchVersion
 */
export function readForm(
  request: Pick<VerifiedRequest, 'method' | 'rawPath' | 'query' | 'headers' | 'body'>,
  { version, maxBytes }: { readonly version: string; readonly maxBytes: number },
): Form {
  if (request.method !== 'POST' || request.rawPath !== '/' || request.query.size > 0) {
    throw new AwsError('NotImplemented', 501, 'The local AWS supports POST requests to / without a query string only.');
  }
  if (!isForm(request.headers.get('content-type'))) throw malformed('the content type is not that of a form');
  const unknown = [...request.headers.keys()].find((name) => name.startsWith('x-amz-') && !AMZ_HEADERS.has(name));
  if (unknown !== undefined) throw unsupported(`The header ${unknown}`);
  if (request.body.length > maxBytes) throw malformed('the form is too long');
  const form = new Map<string, string>();
  for (const piece of request.body.toString('latin1').split('&')) {
    const equals = piece.indexOf('=');
    if (equals < 1) throw malformed('a parameter has no name or no value');
    const name = decode(piece.slice(0, equals));
    if (form.has(name)) throw malformed('a parameter occurs more than once');
    form.set(name, decode(piece.slice(equals + 1)));
  }
  if (form.get('Version') !== version) throw new AwsError('NoSuchVersion', 400, 'The requested version is not supported.');
  return form;
}

/** The elements of a list: `Tags.member.1.Key`, `Tags.member.1.Value`, … They are numbered from one, without gaps. */
export function readList(form: Form, list: string): ReadonlyMap<string, string>[] {
  const elements: Map<string, string>[] = [];
  // SDKs write an empty list as `Tags=`.
  if ((form.get(list) ?? '') !== '') throw malformed('a list has a value in place of numbered elements');
  const prefix = `${list}.member.`;
  for (const [name, value] of form) {
    if (!name.startsWith(prefix)) continue;
    const [, index = '', member = ''] = /^([1-9][0-9]{0,2})(?:\.([A-Za-z]+))?$/.exec(name.slice(prefix.length)) ?? [];
    if (index === '') throw malformed('a list is not numbered from one');
    const element = (elements[Number(index) - 1] ??= new Map());
    element.set(member, value);
  }
  for (let index = 0; index < elements.length; index += 1) if (!elements[index]) throw malformed('a list has a gap');
  return elements;
}

/** An error as the query protocol writes it. */
export function queryError(error: AwsError, namespace: string, requestId: string): ServiceResponse {
  const type = element('Type', error.status < 500 ? 'Sender' : 'Receiver');
  const body = `<Error>${type}${element('Code', error.code)}${element('Message', error.message)}</Error>`;
  return {
    status: error.status,
    headers: { 'content-type': 'text/xml' },
    body: `<ErrorResponse xmlns="${namespace}">${body}${element('RequestId', requestId)}</ErrorResponse>`,
  };
}

function decode(text: string): string {
  return utf8(percentDecode(text.replaceAll('+', ' ')));
}

function malformed(reason: string): AwsError {
  return new AwsError('MalformedQueryString', 400, `The request is not well-formed: ${reason}.`);
}
