/** What goes wrong at a service, made to order. Members combine; each is one trouble of a real day. */
export interface Fault {
  /** Answer well-signed requests with this error: `Throttling`, `AccessDenied`, `InternalFailure`, … */
  readonly code?: string;
  /** How many requests the fault meets; all until `clear()`, if absent. */
  readonly times?: number;
  /** Wait before answering, in milliseconds. */
  readonly delayMs?: number;
  /** Close the connection without an answer. */
  readonly down?: boolean;
  /** Never answer. `clear()` and `close()` let such requests go on. */
  readonly hang?: boolean;
  /** STS: credentials live this many seconds, whatever was asked. */
  readonly expiresInSeconds?: number;
  /** The service's clock is this many seconds ahead: its `Date` header, its expirations, the clock it judges signatures by. */
  readonly clockSkewSeconds?: number;
  /** More requests than this in a second are answered with `Throttling`, or what the service calls it. */
  readonly callsPerSecond?: number;
}

/** A longer timer would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

const MEMBERS: Readonly<Record<keyof Fault, (value: unknown) => boolean>> = {
  code: (value) => typeof value === 'string' && /^[A-Za-z]{1,128}$/.test(value),
  times: (value) => Number.isSafeInteger(value) && Number(value) >= 1,
  delayMs: (value) => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= MAX_DELAY_MS,
  down: (value) => typeof value === 'boolean',
  hang: (value) => typeof value === 'boolean',
  expiresInSeconds: (value) => Number.isSafeInteger(value),
  clockSkewSeconds: (value) => Number.isSafeInteger(value),
  callsPerSecond: (value) => typeof value === 'number' && Number.isFinite(value) && value > 0,
};

/** Refuses a fault that would silently do nothing: an unknown member, or a value of the wrong kind. */
export function strictFault(service: string, fault: Fault): void {
  const members = new Map<string, (value: unknown) => boolean>(Object.entries(MEMBERS));
  for (const [name, value] of Object.entries(fault)) {
    const fits = members.get(name);
    if (!fits) throw new TypeError(`faults.${service}: \`${name}\` is not a fault; known are ${[...members.keys()].join(', ')}`);
    if (value !== undefined && !fits(value)) throw new TypeError(`faults.${service}: \`${name}\` has a value that it cannot have`);
  }
}

/** How each service says that there are too many calls. */
const THROTTLED: ReadonlyMap<string, string> = new Map([
  ['s3', 'SlowDown'],
  ['dynamodb', 'ThrottlingException'],
]);

/** The error code of a service that is asked too often. */
export function throttlingOf(service: string): string {
  return THROTTLED.get(service) ?? 'Throttling';
}

/** An error code's HTTP status, where it is not 400: of every service, or of the one whose name stands before it. */
const STATUS: ReadonlyMap<string, number> = new Map([
  ['AccessDenied', 403],
  ['ExpiredToken', 403],
  ['InternalError', 500],
  ['InternalFailure', 500],
  ['InternalServerError', 500],
  ['InvalidAccessKeyId', 403],
  ['InvalidClientTokenId', 403],
  ['RegionDisabledException', 403],
  ['RequestLimitExceeded', 503],
  ['RequestTimeTooSkewed', 403],
  ['ServiceUnavailable', 503],
  ['SignatureDoesNotMatch', 403],
  ['SlowDown', 503],
  ['s3 ExpiredToken', 400],
]);

/** The HTTP status that this service answers this error code with. */
export function statusOf(service: string, code: string): number {
  return STATUS.get(`${service} ${code}`) ?? STATUS.get(code) ?? 400;
}
