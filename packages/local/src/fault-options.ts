/** The services that `aws.faults` has a member for, by their names in a credential scope. */
export const FAULTY_SERVICES = [
  'sts',
  's3',
  'dynamodb',
  'sqs',
  'sns',
  'kms',
  'secretsmanager',
  'ssm',
  'events',
  'logs',
  'lambda',
  'states',
] as const;

/** A service that faults can be injected into. */
export type FaultyService = (typeof FAULTY_SERVICES)[number];

/** A fault to inject into a service of the local AWS. Members can be combined. */
export interface Fault {
  /** Return this error to requests with a valid signature: `Throttling`, `AccessDenied`, `InternalFailure`, … */
  readonly code?: string;
  /** The number of requests that the fault applies to. Default: all requests until `clear()`. */
  readonly times?: number;
  /** Wait this long before the response, in milliseconds. */
  readonly delayMs?: number;
  /** Close the connection without a response. */
  readonly down?: boolean;
  /** Do not respond. `clear()` and `close()` release these requests. */
  readonly hang?: boolean;
  /** STS: issued credentials expire after this many seconds, for any duration that the request specifies. */
  readonly expiresInSeconds?: number;
  /** The service's clock is this many seconds ahead: its `Date` header, its expirations, and the clock it checks signatures against. */
  readonly clockSkewSeconds?: number;
  /** Return `Throttling`, or the service's own code for it, to requests above this rate. */
  readonly callsPerSecond?: number;
}

/** `setTimeout` fires a longer timer immediately. */
const MAX_DELAY_MS = 2 ** 31 - 1;

type Check = readonly [expected: string, accepts: (value: unknown) => boolean];

const BOOLEAN: Check = ['a boolean', (value) => typeof value === 'boolean'];
const INTEGER: Check = ['an integer', Number.isSafeInteger];
const CHECKS: ReadonlyMap<string, Check> = new Map<keyof Fault, Check>([
  ['code', ['a string of 1 to 128 letters', (value) => typeof value === 'string' && /^[A-Za-z]{1,128}$/.test(value)]],
  ['times', ['an integer of at least 1', (value) => Number.isSafeInteger(value) && Number(value) >= 1]],
  [
    'delayMs',
    [`an integer from 0 to ${MAX_DELAY_MS}`, (value) => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= MAX_DELAY_MS],
  ],
  ['down', BOOLEAN],
  ['hang', BOOLEAN],
  ['expiresInSeconds', INTEGER],
  ['clockSkewSeconds', INTEGER],
  ['callsPerSecond', ['a number greater than 0', (value) => typeof value === 'number' && Number.isFinite(value) && value > 0]],
]);

/**
 * Checks a fault. A misspelt member would have no effect, and the test that injects it would pass for the wrong reason.
 *
 * @throws TypeError for an unknown member, or a value of the wrong type
 */
export function checkFault(service: string, fault: Fault): void {
  for (const [name, value] of Object.entries(fault)) {
    const check = CHECKS.get(name);
    if (!check) throw new TypeError(`\`faults.${service}\`: \`${name}\` is unknown; use ${[...CHECKS.keys()].join(', ')}`);
    const [expected, accepts] = check;
    if (value !== undefined && !accepts(value)) throw new TypeError(`\`faults.${service}\`: \`${name}\` must be ${expected}`);
  }
}
