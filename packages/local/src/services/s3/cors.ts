import { isObject } from '@tenant-aws/policy/json';
import { AwsError } from '../service.ts';
import { invalidRequest } from './errors.ts';
import { malformedXml } from './xml-reader.ts';

/** A rule of a bucket's CORS configuration, as in the SDK's PutBucketCors. */
export interface CorsRule {
  readonly ID?: string;
  /** Each is an origin, such as `https://app.example`, and can have one `*`. */
  readonly AllowedOrigins: readonly string[];
  readonly AllowedMethods: readonly string[];
  /** The headers that a browser may send. Each can have one `*`. */
  readonly AllowedHeaders?: readonly string[];
  /** The headers of a response that a page may read. */
  readonly ExposeHeaders?: readonly string[];
  /** How long a browser may cache the result of a preflight request. */
  readonly MaxAgeSeconds?: number;
}

const RULE_LISTS: ReadonlySet<string> = new Set(['AllowedOrigins', 'AllowedMethods', 'AllowedHeaders', 'ExposeHeaders']);

/** Whether a value has the members of a rule, with their types, and no other. Their values are not checked. */
export function isCorsRule(value: unknown): value is CorsRule {
  if (!isObject(value) || !('AllowedOrigins' in value) || !('AllowedMethods' in value)) return false;
  return Object.entries(value).every(([name, member]) => {
    if (name === 'ID') return typeof member === 'string';
    if (name === 'MaxAgeSeconds') return Number.isSafeInteger(member) && Number(member) >= 0;
    return RULE_LISTS.has(name) && Array.isArray(member) && member.every((item) => typeof item === 'string');
  });
}

/** A request of a browser, before or while it sends the actual request. */
interface CorsRequest {
  readonly origin: string;
  readonly method: string;
  /** The headers of the actual request. They are known before it only, and checked then. */
  readonly headers?: readonly string[];
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'PUT', 'HEAD', 'POST', 'DELETE']);
const MAX_RULES = 100;
const MAX_ID_CHARACTERS = 255;
/** A field name by RFC 9110. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const PRINTABLE_ASCII = /^[\x21-\x7e]+$/;
const VARY = 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method';
const NOT_ALLOWED =
  "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";

/**
 * Checks a configuration, and returns it.
 *
 * @throws {@link AwsError} MalformedXML for the number of rules, or a rule without an origin or a method; InvalidRequest for a value
 * @see Amazon S3 User Guide, "Elements of a CORS configuration"
 */
export function checkCorsRules(rules: readonly CorsRule[]): readonly CorsRule[] {
  if (rules.length === 0 || rules.length > MAX_RULES) throw malformedXml();
  for (const { ID = '', AllowedOrigins, AllowedMethods } of rules) {
    if (ID.length > MAX_ID_CHARACTERS || AllowedOrigins.length === 0 || AllowedMethods.length === 0) throw malformedXml();
  }
  for (const rule of rules) checkValues(rule);
  return rules;
}

function checkValues({ AllowedOrigins, AllowedMethods, AllowedHeaders = [], ExposeHeaders = [] }: CorsRule): void {
  for (const method of AllowedMethods) {
    if (!METHODS.has(method)) throw invalidRequest(`Found unsupported HTTP method in CORS config. Unsupported method is ${method}`);
  }
  for (const [name, values] of Object.entries({ AllowedOrigin: AllowedOrigins, AllowedHeader: AllowedHeaders })) {
    const wide = values.find((value) => value.split('*').length > 2);
    if (wide !== undefined) throw invalidRequest(`${name} "${wide}" can not have more than one wildcard.`);
  }
  for (const name of ExposeHeaders) {
    if (name.includes('*'))
      throw invalidRequest(`ExposeHeader "${name}" contains wildcard. We currently do not support wildcard for ExposeHeader.`);
    // The response contains these names.
    if (!HEADER_NAME.test(name)) throw invalidRequest(`ExposeHeader "${name}" contains invalid character.`);
  }
}

/** The headers of a response to a browser; none if no rule allows its origin and its method. Errors have them too. */
export function corsHeaders(rules: readonly CorsRule[], request: CorsRequest): Readonly<Record<string, string>> {
  const rule = rules.find((each) => allows(each, request));
  if (!rule) return {};
  const everyOrigin = rule.AllowedOrigins.includes('*');
  const { ExposeHeaders = [], MaxAgeSeconds } = rule;
  return {
    'access-control-allow-origin': everyOrigin ? '*' : request.origin,
    'access-control-allow-methods': rule.AllowedMethods.join(', '),
    ...(request.headers && request.headers.length > 0 && { 'access-control-allow-headers': request.headers.join(', ') }),
    ...(ExposeHeaders.length > 0 && { 'access-control-expose-headers': ExposeHeaders.join(', ') }),
    ...(MaxAgeSeconds !== undefined && { 'access-control-max-age': String(MaxAgeSeconds) }),
    ...(!everyOrigin && { 'access-control-allow-credentials': 'true' }),
    vary: VARY,
  };
}

/**
 * The headers that allow a browser the request which it is about to send.
 *
 * @param rules absent if the bucket does not exist, or has no configuration
 * @throws {@link AwsError} AccessForbidden if they do not allow it; BadRequest
 * @see Amazon S3 API Reference, "OPTIONS object"
 */
export function preflightHeaders(
  headers: ReadonlyMap<string, string>,
  resource: 'BUCKET' | 'OBJECT',
  rules: () => readonly CorsRule[] | 'no bucket' | undefined,
): Readonly<Record<string, string>> {
  const origin = headers.get('origin') ?? '';
  if (origin === '') throw new AwsError('BadRequest', 400, 'Insufficient information. Origin request header needed.');
  const method = headers.get('access-control-request-method');
  if (method === undefined || !METHODS.has(method))
    throw new AwsError('BadRequest', 400, `Invalid Access-Control-Request-Method: ${method ?? 'null'}`);
  const forbidden = (message: string) => new AwsError('AccessForbidden', 403, message, { Method: method, ResourceType: resource });
  const configured = rules();
  if (configured === 'no bucket') throw forbidden('CORSResponse: Bucket not found');
  if (!configured) throw forbidden('CORSResponse: CORS is not enabled for this bucket.');
  const names = (headers.get('access-control-request-headers') ?? '').split(',').map((name) => name.trim().toLowerCase());
  const allowed = corsHeaders(configured, { origin, method, headers: names.filter((name) => name !== '') });
  if (Object.keys(allowed).length === 0) throw forbidden(NOT_ALLOWED);
  return allowed;
}

function allows({ AllowedOrigins, AllowedMethods, AllowedHeaders = [] }: CorsRule, { origin, method, headers = [] }: CorsRequest): boolean {
  if (!PRINTABLE_ASCII.test(origin) || !AllowedOrigins.some((pattern) => matches(pattern, origin))) return false;
  if (!AllowedMethods.includes(method)) return false;
  // The response repeats these names.
  return headers.every((name) => HEADER_NAME.test(name) && AllowedHeaders.some((pattern) => matches(pattern.toLowerCase(), name)));
}

function matches(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*');
  if (star === -1) return pattern === text;
  const [start, end] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end);
}
