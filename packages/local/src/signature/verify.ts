import type { KeyObject } from 'node:crypto';
import type { Incoming } from '../incoming.ts';
import { utf8 } from '../percent.ts';
import type { Principal, Sessions } from '../sessions.ts';
import { stringToSign } from './canonical-request.ts';
import { type Claim, PRESIGN_PARAMETERS } from './claim.ts';
import { declaredPayload, verifyPayload } from './payload.ts';
import type { PostForm } from './post-form.ts';
import { refusal } from './refusal.ts';
import { equalInConstantTime, sign, signingKey } from './signing-key.ts';

/** A signing key is valid for seven days: so is the signature of a form, unless its policy expires earlier. */
const FORM_VALID_MS = 7 * 24 * 3_600_000;
/** Characters of base64 only. A signature covers bytes: other characters could have the bytes of these. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The clock difference between client and service that AWS allows. */
const CLOCK_WINDOW_MS = 15 * 60_000;

/** What a signature is verified against. A scope of another region is refused. */
export interface VerificationContext {
  readonly region: string;
  readonly sessions: Sessions;
  readonly now: number;
  /** The time for the expiry of sessions. Differs from `now` only while a fault skews the service's clock. */
  readonly sessionNow: number;
}

/** A request with a valid signature. */
export interface Verified extends ReadRequest {
  readonly principal: Principal;
}

/** A request with its header and query values as text. */
export interface ReadRequest {
  readonly query: ReadonlyMap<string, string>;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  readonly trailers: ReadonlyMap<string, string>;
  readonly form?: ReadonlyMap<string, string>;
}

/** Services do not receive these headers: the verifier has read them, and some are secret. */
const SIGNATURE_HEADERS: ReadonlySet<string> = new Set(['authorization', 'x-amz-date', 'x-amz-security-token', 'x-amz-user-agent']);

/**
 * Verifies a signature over the raw request. The order of the checks is key, signature, token, expiry.
 *
 * @throws AwsError with the code of the service
 */
export function verify(incoming: Incoming, claim: Claim, context: VerificationContext): Verified {
  const { service } = claim;
  if (claim.region !== context.region) throw refusal('scope', service);
  checkClock(claim, context.now);
  const principal = context.sessions.find(claim.accessKeyId);
  if (!principal) throw refusal('unknown-key', service);
  const key = signingKey(principal.keys, claim.scope);
  if (claim.form) {
    const read = verifyForm(incoming, claim, claim.form, key);
    checkToken(principal, claim);
    checkSession(principal, service, context);
    return { principal, ...read };
  }

  for (const name of claim.signedHeaders) if (!incoming.headers.has(name)) throw refusal('malformed', service);
  for (const name of incoming.headers.keys()) {
    // Otherwise `x-amz-copy-source` could be added to a request, or to a presigned URL, after it was signed.
    if (name.startsWith('x-amz-') && !claim.signedHeaders.includes(name)) throw refusal('unsigned-header', service);
  }

  const hoisted = hoist(incoming, claim);
  const payload = declaredPayload(incoming.body, hoisted.headers, claim);
  if (!equalInConstantTime(claim.signature, sign(key, stringToSign(incoming, claim, payload.hash)))) throw refusal('signature', service);
  // Not before: where a client signs the UTF-8 of a header and sends Latin-1, as Node.js does, AWS refuses the signature.
  const [headers, query] = [decoded(hoisted.headers), decoded(hoisted.query)];

  checkToken(principal, claim);
  checkSession(principal, service, context);
  return { ...verifyPayload(payload, incoming.body, headers, claim, key), principal, query };
}

/**
 * Verifies the signature of a form. It covers the text of the policy. The policy's conditions cover the other fields: see `post-policy.ts`.
 * Headers that begin with `x-amz-` are refused, because nothing covers them.
 */
function verifyForm(incoming: Incoming, claim: Claim, { fields, file }: PostForm, key: KeyObject): ReadRequest {
  const policy = fields.get('policy') ?? '';
  if (!BASE64.test(policy) || !equalInConstantTime(claim.signature, sign(key, policy))) throw refusal('signature', claim.service);
  for (const name of incoming.headers.keys()) if (name.startsWith('x-amz-')) throw refusal('unsigned-header', claim.service);
  return { ...readUnsigned(incoming), body: file, form: fields };
}

/** Reads an unsigned request. Nothing is hoisted, and aws-chunked payloads are not decoded. */
export function readUnsigned(incoming: Incoming): ReadRequest {
  const query = new Map(incoming.query.map(({ name, value }) => [name, value]));
  return { query: decoded(query), headers: decoded(ownHeaders(incoming)), body: incoming.body, trailers: new Map() };
}

function checkClock(claim: Claim, now: number): void {
  if (claim.signedAt > now + CLOCK_WINDOW_MS) throw refusal('skew', claim.service);
  if (claim.form) {
    if (claim.signedAt + FORM_VALID_MS <= now) throw refusal('expired-url', claim.service);
  } else if (claim.expiresSeconds === undefined) {
    if (claim.signedAt < now - CLOCK_WINDOW_MS) throw refusal('skew', claim.service);
  } else if (claim.signedAt + claim.expiresSeconds * 1000 <= now) throw refusal('expired-url', claim.service);
}

function checkToken({ keys }: Principal, { sessionToken, service }: Claim): void {
  if (keys.sessionToken === undefined && sessionToken === undefined) return;
  if (keys.sessionToken === undefined || sessionToken === undefined) throw refusal('token', service);
  if (!equalInConstantTime(sessionToken, keys.sessionToken)) throw refusal('token', service);
}

function checkSession({ session }: Principal, service: string, { sessionNow }: VerificationContext): void {
  if (session && session.expiresAt <= sessionNow) throw refusal('expired-token', service);
}

function ownHeaders({ headers }: Incoming): Map<string, string> {
  const own = new Map<string, string>();
  for (const [name, value] of headers) if (!SIGNATURE_HEADERS.has(name)) own.set(name, value);
  return own;
}

/** @throws {@link AwsError} InvalidArgument for bytes that are not UTF-8 */
function decoded(binary: ReadonlyMap<string, string>): Map<string, string> {
  const text = new Map<string, string>();
  for (const [name, value] of binary) text.set(utf8(name), utf8(value));
  return text;
}

/** Presigners move `x-amz-*` headers into the query, where they are signed. This moves them back to the headers. Both maps are binary. */
function hoist(incoming: Incoming, claim: Claim): { headers: Map<string, string>; query: Map<string, string> } {
  const headers = ownHeaders(incoming);
  const query = new Map<string, string>();
  for (const { name, value } of incoming.query) {
    const lower = name.toLowerCase();
    const presigned = claim.expiresSeconds !== undefined;
    if (presigned && PRESIGN_PARAMETERS.has(lower)) continue;
    if (!presigned || !lower.startsWith('x-amz-')) query.set(name, value);
    else if (headers.has(lower)) throw refusal('malformed', claim.service);
    else if (!SIGNATURE_HEADERS.has(lower)) headers.set(lower, value);
  }
  return { headers, query };
}
