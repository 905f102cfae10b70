import { percentDecode, utf8 } from '../percent.ts';
import { AwsError, type VerifiedRequest } from '../services/service.ts';

/** The parameters of a query-protocol request; no name twice. */
export type Form = ReadonlyMap<string, string>;

const API_VERSION = '2011-06-15';
const CONTENT_TYPE = /^application\/x-www-form-urlencoded(?:; *charset=utf-8)?$/i;
const MAX_FORM_BYTES = 256 * 1024;

/**
 * Reads a request of the query protocol: a form, posted to `/`.
 *
 * @throws AwsError whatever could be read in two ways: a parameter twice, a query beside the body, another content type
 */
export function readForm(
  request: Pick<VerifiedRequest, 'method' | 'rawPath' | 'query' | 'headers' | 'body'>,
  { version = API_VERSION, maxBytes = MAX_FORM_BYTES }: { readonly version?: string; readonly maxBytes?: number } = {},
): Form {
  if (request.method !== 'POST' || request.rawPath !== '/' || request.query.size > 0) {
    throw new AwsError('NotImplemented', 501, 'Only requests that are posted to / without a query are implemented here.');
  }
  if (!CONTENT_TYPE.test(request.headers.get('content-type') ?? '')) throw malformed('the content type is not that of a form');
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

/** The elements of a list: `Tags.member.1.Key`, `Tags.member.1.Value`, … Numbered from one, without a gap. */
export function readList(form: Form, list: string): ReadonlyMap<string, string>[] {
  const elements: Map<string, string>[] = [];
  // SDKs write an empty list as `Tags=`.
  if ((form.get(list) ?? '') !== '') throw malformed('a list has a value of its own');
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

function decode(text: string): string {
  return utf8(percentDecode(text.replaceAll('+', ' ')));
}

function malformed(what: string): AwsError {
  return new AwsError('MalformedQueryString', 400, `The request is not well-formed: ${what}.`);
}
