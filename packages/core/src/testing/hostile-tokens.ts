import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto';

/** The issuer that the code under test trusts. It signs with RS256 and this key. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly privateKey: KeyObject;
  /** Its `kid` in the key set. */
  readonly keyId?: string;
  /** Default: `custom:tenant_id`. */
  readonly tenantClaim?: string;
  /** The tenant in the claim of each token. Default: `acme`. */
  readonly tenant?: string;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Tokens that must be refused with 401 `token_invalid`, by their defect. All else in a token is correct, and if the attack
 * allows it the issuer itself signed the token: so no token is refused for a second reason.
 *
 * @example
 * ```ts
 * it.each(Object.entries(hostileTokens))('refuses a token: %s', async (_, forge) => {
 *   expect((await get('/notes', forge(issuer))).status).toBe(401);
 * });
 * ```
 */
export const hostileTokens: Readonly<Record<string, (issuer: TrustedIssuer) => string>> = {
  // Algorithm
  unsigned: (issuer) => unsigned(issuer, 'none'),
  'unsigned, with alg nOnE': (issuer) => unsigned(issuer, 'nOnE'),
  'alg none with a signature': (issuer) => compact({ ...headerOf(issuer), alg: 'none' }, claimsOf(issuer), issuer.privateKey),
  'alg none in the header of a valid token': (issuer) => {
    const [, payload, signature] = validToken(issuer).split('.');
    return [encode(JSON.stringify({ ...headerOf(issuer), alg: 'none' })), payload, signature].join('.');
  },
  'HS256 with the public key as its secret': (issuer) => hmac(issuer, pemOf(issuer)),
  'HS256 with the public key as its secret, trimmed': (issuer) => hmac(issuer, pemOf(issuer).trim()),
  'HS256 with the public key in DER as its secret': (issuer) => hmac(issuer, publicKeyOf(issuer).export({ type: 'spki', format: 'der' })),
  'HS256 with the public key in DER of PKCS#1 as its secret': (issuer) =>
    hmac(issuer, publicKeyOf(issuer).export({ type: 'pkcs1', format: 'der' })),
  'HS256 with the public key as a JWK as its secret': (issuer) => hmac(issuer, JSON.stringify(jwkOf(issuer))),
  'HS256 with the key set as its secret': (issuer) => hmac(issuer, JSON.stringify({ keys: [jwkOf(issuer)] })),
  'HS256 with an empty secret and a key id that is a path': (issuer) => hmac({ ...issuer, keyId: '../../../../dev/null' }, ''),
  'an algorithm that is not accepted, with the right key': (issuer) =>
    compact({ ...headerOf(issuer), alg: 'RS512' }, claimsOf(issuer), issuer.privateKey, 'sha512'),
  'alg RS256, signed with RS512': (issuer) => compact(headerOf(issuer), claimsOf(issuer), issuer.privateKey, 'sha512'),
  'no algorithm': (issuer) => compact({ ...headerOf(issuer), alg: undefined }, claimsOf(issuer), issuer.privateKey),
  'an algorithm that is a list': (issuer) => compact({ ...headerOf(issuer), alg: ['RS256'] }, claimsOf(issuer), issuer.privateKey),
  // Type
  'a token for logout': (issuer) => typed(issuer, 'logout+jwt'),
  'a token for logout with the full media type': (issuer) => typed(issuer, 'application/logout+jwt'),
  'a proof of possession': (issuer) => typed(issuer, 'dpop+jwt'),
  'a security event': (issuer) => typed(issuer, 'secevent+jwt'),
  'a security event without a type': (issuer) => signed(issuer, { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }),
  'an empty type': (issuer) => typed(issuer, ''),
  'a type with a trailing space': (issuer) => typed(issuer, 'JWT '),
  'a type that is null': (issuer) => typed(issuer, null),
  'a type that is a list': (issuer) => typed(issuer, ['JWT']),
  // Key
  "a stranger's key under the issuer's key id": (issuer) => compact(headerOf(issuer), claimsOf(issuer), strangersKey()),
  "a stranger's key under its own key id": (issuer) => compact({ ...headerOf(issuer), kid: 'stranger' }, claimsOf(issuer), strangersKey()),
  "a stranger's key without a key id": (issuer) => compact({ ...headerOf(issuer), kid: undefined }, claimsOf(issuer), strangersKey()),
  "a stranger's key in the header": (issuer) =>
    compact({ ...headerOf(issuer), kid: undefined, jwk: strangersJwk() }, claimsOf(issuer), strangersKey()),
  "a stranger's key set in the header": (issuer) =>
    compact({ ...headerOf(issuer), kid: 'stranger', jku: 'https://stranger.example/jwks.json' }, claimsOf(issuer), strangersKey()),
  "a stranger's certificate in the header": (issuer) =>
    compact(
      { ...headerOf(issuer), kid: 'stranger', x5u: 'https://stranger.example/cert.pem', x5c: ['AAAA'] },
      claimsOf(issuer),
      strangersKey(),
    ),
  'a key id that is a number': (issuer) => compact({ ...headerOf(issuer), kid: 1 }, claimsOf(issuer), issuer.privateKey),
  'a key id that is __proto__': (issuer) => compact({ ...headerOf(issuer), kid: '__proto__' }, claimsOf(issuer), strangersKey()),
  // Issuer and audience
  'another issuer': (issuer) => signed(issuer, { iss: 'https://another.example' }),
  "a stranger's issuer with its own key": (issuer) =>
    compact({ alg: 'RS256', kid: 'stranger' }, { ...claimsOf(issuer), iss: 'https://stranger.example' }, strangersKey()),
  'the issuer with an extra slash': (issuer) => signed(issuer, { iss: `${issuer.issuer}/` }),
  'the issuer in capitals': (issuer) => signed(issuer, { iss: issuer.issuer.toUpperCase() }),
  'the issuer in a list': (issuer) => signed(issuer, { iss: [issuer.issuer] }),
  'no issuer': (issuer) => signed(issuer, { iss: undefined }),
  'another audience': (issuer) => signed(issuer, { aud: 'another' }),
  'the beginning of the audience': (issuer) => signed(issuer, { aud: issuer.audience.slice(0, -1) }),
  'other audiences, in a list': (issuer) => signed(issuer, { aud: ['another', `${issuer.audience}x`] }),
  'no audience': (issuer) => signed(issuer, { aud: undefined }),
  // Time
  expired: (issuer) => signed(issuer, { exp: seconds() - 60 }),
  'not yet valid': (issuer) => signed(issuer, { nbf: seconds() + 60 }),
  'valid from a date that is text': (issuer) => signed(issuer, { nbf: '0' }),
  'no expiry': (issuer) => signed(issuer, { exp: undefined }),
  'an expiry that is null': (issuer) => signed(issuer, { exp: null }),
  'an expiry that is text': (issuer) => signed(issuer, { exp: String(seconds() + 600) }),
  'an expiry after the latest date': (issuer) => signed(issuer, { exp: 1e300 }),
  'issued in the future': (issuer) => signed(issuer, { iat: seconds() + 120 }),
  'a time of issue that is text': (issuer) => signed(issuer, { iat: String(seconds()) }),
  'a time of issue that is null': (issuer) => signed(issuer, { iat: null }),
  'a time of issue before the earliest date': (issuer) => signed(issuer, { iat: -1e300 }),
  // Proof of possession
  'bound to a key by its thumbprint': (issuer) => signed(issuer, { cnf: { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' } }),
  'bound to a client certificate': (issuer) => signed(issuer, { cnf: { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' } }),
  'bound to a key that is null': (issuer) => signed(issuer, { cnf: null }),
  // Extensions
  'a critical extension': (issuer) =>
    compact({ ...headerOf(issuer), crit: ['exp'], exp: seconds() + 600 }, claimsOf(issuer), issuer.privateKey),
  'an empty list of critical extensions': (issuer) => compact({ ...headerOf(issuer), crit: [] }, claimsOf(issuer), issuer.privateKey),
  'b64 false': (issuer) => compact({ ...headerOf(issuer), b64: false }, claimsOf(issuer), issuer.privateKey),
  // Shape
  'a tenant changed after signing': (issuer) => {
    const [head, , signature] = validToken(issuer).split('.');
    return [head, encode(JSON.stringify({ ...claimsOf(issuer), [claimName(issuer)]: 'globex' })), signature].join('.');
  },
  'cut off in the signature': (issuer) => validToken(issuer).slice(0, -20),
  'cut off before the signature': (issuer) => validToken(issuer).split('.').slice(0, 2).join('.'),
  'an empty signature': (issuer) => `${validToken(issuer).split('.').slice(0, 2).join('.')}.`,
  'four parts': (issuer) => `${validToken(issuer)}.AAAA`,
  'five parts, as if encrypted': (issuer) => `${validToken(issuer)}.AAAA.AAAA`,
  'no parts at all': () => 'AAAA',
  'another encoding of the signature': (issuer) => withUnusedBits(validToken(issuer)),
  'a signature with padding': (issuer) => `${validToken(issuer)}==`,
  'a header that is not JSON': (issuer) => raw('{"alg":"RS256"', JSON.stringify(claimsOf(issuer)), issuer),
  'a header that is a list': (issuer) => raw('["RS256"]', JSON.stringify(claimsOf(issuer)), issuer),
  'a payload that is not JSON': (issuer) => raw(JSON.stringify(headerOf(issuer)), `${JSON.stringify(claimsOf(issuer))}}`, issuer),
  'a payload that is a list': (issuer) => raw(JSON.stringify(headerOf(issuer)), JSON.stringify([claimsOf(issuer)]), issuer),
  'a payload that is text': (issuer) => raw(JSON.stringify(headerOf(issuer)), JSON.stringify('acme'), issuer),
  'a payload that is null': (issuer) => raw(JSON.stringify(headerOf(issuer)), 'null', issuer),
  'a payload that is not UTF-8': (issuer) =>
    raw(JSON.stringify(headerOf(issuer)), Buffer.from(JSON.stringify({ ...claimsOf(issuer), name: '\u00ff' }), 'latin1'), issuer),
  'a payload of arrays, 17 deep': (issuer) => withMember(issuer, `"deep":${nested(16, '[', ']')}`),
  'a payload of objects, 17 deep': (issuer) => withMember(issuer, `"deep":${nested(16, '{"a":', '}', '1')}`),
  'a payload of 2,500 nested arrays': (issuer) => withMember(issuer, `"deep":${nested(2_500, '[', ']')}`),
  'a header that is 17 deep': (issuer) =>
    raw(JSON.stringify(headerOf(issuer)).replace('{', `{"deep":${nested(16, '[', ']')},`), JSON.stringify(claimsOf(issuer)), issuer),
  'a payload of 1,001 members': (issuer) => signed(issuer, { many: Array.from({ length: 1_001 }, () => 1) }),
  'a header of 1,001 members': (issuer) =>
    compact({ ...headerOf(issuer), many: Array.from({ length: 1_001 }, () => 1) }, claimsOf(issuer), issuer.privateKey),
  'two tenants under one name': (issuer) => withMember(issuer, `${JSON.stringify(claimName(issuer))}:"globex"`),
  'two tenants under one name, one of them escaped': (issuer) => withMember(issuer, `${escaped(claimName(issuer))}:"globex"`),
  'a header that names two algorithms': (issuer) =>
    raw(JSON.stringify(headerOf(issuer)).replace('{', '{"alg":"HS256",'), JSON.stringify(claimsOf(issuer)), issuer),
};

function headerOf({ keyId }: TrustedIssuer): Json {
  return { alg: 'RS256', typ: 'JWT', kid: keyId };
}

function claimsOf(issuer: TrustedIssuer): Json {
  const { issuer: iss, audience: aud, tenant = 'acme' } = issuer;
  return { iss, aud, sub: 'user-1', iat: seconds(), exp: seconds() + 600, [claimName(issuer)]: tenant };
}

function claimName({ tenantClaim = 'custom:tenant_id' }: TrustedIssuer): string {
  return tenantClaim;
}

function validToken(issuer: TrustedIssuer): string {
  return signed(issuer, {});
}

function signed(issuer: TrustedIssuer, claims: Json): string {
  return compact(headerOf(issuer), { ...claimsOf(issuer), ...claims }, issuer.privateKey);
}

function typed(issuer: TrustedIssuer, typ: unknown): string {
  return compact({ ...headerOf(issuer), typ }, claimsOf(issuer), issuer.privateKey);
}

function compact(header: Json, claims: Json, key: KeyObject, digest = 'sha256'): string {
  return signedWith(JSON.stringify(header), JSON.stringify(claims), (input) => sign(digest, input, key));
}

function raw(header: string, payload: string | Buffer, { privateKey }: TrustedIssuer): string {
  return signedWith(header, payload, (input) => sign('sha256', input, privateKey));
}

function unsigned(issuer: TrustedIssuer, alg: string): string {
  return signedWith(JSON.stringify({ ...headerOf(issuer), alg }), JSON.stringify(claimsOf(issuer)), () => Buffer.alloc(0));
}

function hmac(issuer: TrustedIssuer, secret: string | Buffer): string {
  return signedWith(JSON.stringify({ ...headerOf(issuer), alg: 'HS256' }), JSON.stringify(claimsOf(issuer)), (input) =>
    createHmac('sha256', secret).update(input).digest(),
  );
}

function signedWith(header: string, payload: string | Buffer, signer: (input: Buffer) => Buffer): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${signer(Buffer.from(input)).toString('base64url')}`;
}

function encode(part: string | Buffer): string {
  return Buffer.from(part).toString('base64url');
}

/** Sets unused bits: the last character of a 256-byte signature has four of them. */
function withUnusedBits(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(token.slice(-1));
  return `${token.slice(0, -1)}${alphabet[(last + 1) % 64]}`;
}

/** A signed token whose payload begins with this member. */
function withMember(issuer: TrustedIssuer, member: string): string {
  return raw(JSON.stringify(headerOf(issuer)), JSON.stringify(claimsOf(issuer)).replace('{', `{${member},`), issuer);
}

function nested(levels: number, open: string, close: string, inside = ''): string {
  return `${open.repeat(levels)}${inside}${close.repeat(levels)}`;
}

/** A JSON string with its first letter as an escape. */
function escaped(name: string): string {
  return `"\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}"`;
}

function publicKeyOf({ privateKey }: TrustedIssuer): KeyObject {
  return createPublicKey(privateKey);
}

function pemOf(issuer: TrustedIssuer): string {
  return publicKeyOf(issuer).export({ type: 'spki', format: 'pem' }).toString();
}

/** The public key as an entry of a key set. */
function jwkOf(issuer: TrustedIssuer): JsonWebKey {
  return { ...publicKeyOf(issuer).export({ format: 'jwk' }), kid: issuer.keyId, alg: 'RS256', use: 'sig' };
}

function seconds(): number {
  return Math.floor(Date.now() / 1_000);
}

let stranger: KeyObject | undefined;

function strangersKey(): KeyObject {
  stranger ??= generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
  return stranger;
}

function strangersJwk(): JsonWebKey {
  return createPublicKey(strangersKey()).export({ format: 'jwk' });
}
