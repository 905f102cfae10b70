import type { Random } from '../../../../test/support/random.ts';
import type { Signed } from './random-requests.ts';
import type { Wire } from './recorder.ts';

type Mutation = (signed: Signed, random: Random) => Wire | undefined;

/** Each mutation invalidates the signature of a request. It returns undefined if it does not apply to the request. */
const MUTATIONS: Readonly<Record<string, Mutation>> = {
  method: (signed) => ({ ...signed, method: signed.method === 'GET' ? 'PUT' : 'GET' }),
  path: (signed) => ({ ...signed, target: signed.target.replace(/^\/[^?]*/, (path) => `${path}x`) }),
  'path case': (signed) => changed(signed, { target: signed.target.replace(/^\/[^?]*/, swapCase) }),
  'query value': (signed, random) => changed(signed, { target: alterQueryValue(signed.target, random) }),
  'query parameter added': (signed) => ({ ...signed, target: `${signed.target}${signed.target.includes('?') ? '&' : '?'}zz=1` }),
  'query parameter dropped': (signed, random) => dropQueryParameter(signed, random),
  'signed header': (signed) => alterHeader(signed, 'x-amz-meta-note', (value) => `${value}y`),
  'signed header dropped': (signed) => alterHeader(signed, 'x-amz-meta-note', () => undefined),
  host: (signed) => alterHeader(signed, 'host', () => 'localhost:1'),
  'unsigned x-amz header': (signed) => ({ ...signed, headers: { ...signed.headers, 'x-amz-copy-source': '/pool/globex/f' } }),
  body: (signed) => (signed.signsBody ? { ...signed, body: alterLastByte(Buffer.from(signed.body ?? '')) } : undefined),
  signature: (signed) => replaceEverywhere(signed, /([Ss]ignature=)([0-9a-f])/, (_, name, digit) => name + (digit === '0' ? '1' : '0')),
  'signature emptied': (signed) => replaceEverywhere(signed, /([Ss]ignature=)[0-9a-f]+/, (_, name) => name),
  'signature in upper case': (signed) =>
    replaceEverywhere(signed, /([Ss]ignature=)([0-9a-f]{64})/, (_, name, hex) => name + hex.toUpperCase()),
  key: (signed) => replaceEverywhere(signed, /(A[KS]IA)IOSFODNN7EXAMPLE/, (_, kind) => `${kind}IOSFODNN7EXAMPLF`),
  'key of another principal': (signed) =>
    replaceEverywhere(signed, /A([KS])IAIOSFODNN7EXAMPLE/, (_, kind) => `A${kind === 'K' ? 'S' : 'K'}IAIOSFODNN7EXAMPLE`),
  region: (signed) => replaceEverywhere(signed, /us-east-1/, () => 'us-east-2'),
  service: (signed) =>
    replaceEverywhere(signed, /(us-east-1(?:\/|%2F))(s3|dynamodb|sts)/, (_, before, service) => before + (service === 's3' ? 'sts' : 's3')),
  'scope date': (signed) => replaceEverywhere(signed, /(EXAMPLE(?:\/|%2F))20261124/, (_, before) => `${before}20261123`),
  terminator: (signed) => replaceEverywhere(signed, /aws4_request/, () => 'aws4_requesu'),
  timestamp: (signed) => replaceEverywhere(signed, /T120000Z/, () => 'T120001Z'),
  'timestamp that rolls over': (signed) => replaceEverywhere(signed, /T120000Z/, () => 'T999999Z'),
  algorithm: (signed) => replaceEverywhere(signed, /AWS4-HMAC-SHA256/, () => 'AWS4-HMAC-SHA1'),
  'signed headers': (signed) => replaceEverywhere(signed, /([sS]igned[hH]eaders=)host/, (_, name) => `${name}date`),
  token: (signed) => replaceEverywhere(signed, /EXAMPLETOKEN/, () => 'EXAMPLETOKEM'),
  'token dropped': (signed) => alterHeader(signed, 'x-amz-security-token', () => undefined),
  'token added': (signed) =>
    JSON.stringify(signed).includes('AKIA') ? { ...signed, headers: { ...signed.headers, 'x-amz-security-token': 'x' } } : undefined,
  expiry: (signed) => replaceEverywhere(signed, /(X-Amz-Expires=)(\d)/, (_, name, digit) => name + ((Number(digit) % 9) + 1)),
  'payload hash': (signed) =>
    alterHeader(signed, 'x-amz-content-sha256', (value) => (value === 'UNSIGNED-PAYLOAD' ? '0'.repeat(64) : 'UNSIGNED-PAYLOAD')),
};

/** Applies a random mutation to a signed request, and returns it with the mutation's name. */
export function mutate(signed: Signed, random: Random): { readonly name: string; readonly wire: Wire } {
  const names = Object.keys(MUTATIONS);
  for (;;) {
    const name = names[random.below(names.length)] ?? '';
    const wire = MUTATIONS[name]?.(signed, random);
    if (wire) return { name, wire };
  }
}

/** The names of all mutations, so that a test can check that each was applied. */
export const MUTATION_NAMES: readonly string[] = Object.keys(MUTATIONS);

function replaceEverywhere(signed: Signed, pattern: RegExp, replace: (...parts: string[]) => string): Wire | undefined {
  const headers = Object.fromEntries(Object.entries(signed.headers).map(([name, value]) => [name, value.replace(pattern, replace)]));
  return changed(signed, { target: signed.target.replace(pattern, replace), headers });
}

function alterHeader(signed: Signed, wanted: string, alter: (value: string) => string | undefined): Wire | undefined {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(signed.headers)) {
    const after = name.toLowerCase() === wanted ? alter(value) : value;
    if (after !== undefined) headers[name] = after;
  }
  return changed(signed, { headers });
}

function alterQueryValue(target: string, random: Random): string {
  const [path = '', query] = target.split('?', 2);
  if (query === undefined) return target;
  const pairs = query.split('&');
  const at = random.below(pairs.length);
  return `${path}?${pairs.map((pair, index) => (index === at ? `${pair}${pair.includes('=') ? '' : '='}x` : pair)).join('&')}`;
}

function dropQueryParameter(signed: Signed, random: Random): Wire | undefined {
  const [path = '', query] = signed.target.split('?', 2);
  if (query === undefined) return undefined;
  const pairs = query.split('&');
  const at = random.below(pairs.length);
  const rest = pairs.filter((_, index) => index !== at).join('&');
  return { ...signed, target: rest === '' ? path : `${path}?${rest}` };
}

/** Keeps the length, so that content-length remains correct. */
function alterLastByte(body: Buffer): Buffer {
  if (body.length === 0) return Buffer.from('x');
  const altered = Buffer.from(body);
  altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
  return altered;
}

function swapCase(path: string): string {
  return path.replace(/^\/(.)/, (_, first: string) => `/${first === first.toUpperCase() ? first.toLowerCase() : first.toUpperCase()}`);
}

function changed(signed: Signed, change: Partial<Wire>): Wire | undefined {
  const wire = { ...signed, ...change };
  return JSON.stringify(wire) === JSON.stringify(signed) ? undefined : wire;
}
