import { isObject, type JsonObject } from '@tenant-aws/policy/json';
import { shellLines } from '../command.ts';
import { checkFault } from '../fault-options.ts';
import type { StartedLocalAws } from '../local-aws.ts';
import { strictInteger } from '../strict-integer.ts';
import { badRequest } from './error.ts';

/** One operation of the control API. */
export interface ControlOperation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** For everyone who reaches the port: without the token, and under any `Host`. */
  readonly open?: true;
  readonly query?: readonly string[];
  /** The members of the body. Absent for an operation without a body; `services` for one member for each service. */
  readonly body?: readonly string[] | 'services';
  run(started: StartedLocalAws, request: ControlRequest): unknown;
}

/** What an operation is run with. */
export interface ControlRequest {
  readonly query: ReadonlyMap<string, string>;
  readonly body: JsonObject;
  /** The origin under which the client reaches this process: its `Host`, which is checked. */
  readonly origin: string;
}

/** Text that is not JSON. */
export class PlainText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const TEN_YEARS = 315_360_000;

/** Every operation of the control API. Its result is written as JSON; `undefined` is an empty response. */
export const CONTROL_OPERATIONS: readonly ControlOperation[] = [
  { method: 'GET', path: '/_local/health', open: true, run: () => ({ status: 'ready' }) },
  { method: 'GET', path: '/_local/jwks.json', open: true, run: ({ jwks }) => jwks() },
  { method: 'GET', path: '/_local/env', run: environmentOf },
  {
    method: 'GET',
    path: '/_local/env.sh',
    run: ({ aws, environmentAt }, { origin }) => new PlainText(shellLines({ ...aws, env: environmentAt(origin), url: origin })),
  },
  { method: 'GET', path: '/_local/admin', run: ({ aws: { admin } }) => admin },
  {
    method: 'GET',
    path: '/_local/calls',
    query: ['since'],
    run({ aws }, { query }) {
      const since = readSince(query.get('since'));
      return { calls: aws.calls.filter(({ at }) => at.getTime() >= since) };
    },
  },
  {
    method: 'DELETE',
    path: '/_local/calls',
    run({ aws }) {
      aws.calls.length = 0;
    },
  },
  { method: 'POST', path: '/_local/token', body: ['tenant', 'claims', 'expiresInSeconds'], run: issueToken },
  { method: 'POST', path: '/_local/reset', run: ({ reset }) => reset() },
  { method: 'PUT', path: '/_local/faults', body: 'services', run: replaceFaults },
  { method: 'DELETE', path: '/_local/faults', run: ({ aws }) => aws.faults.clear() },
];

function environmentOf({ aws, environmentAt }: StartedLocalAws, { origin }: ControlRequest): unknown {
  const { url, audience, jwksUri } = aws.issuer;
  return {
    env: environmentAt(origin),
    unset: aws.unset,
    // The issuer has its own port. Its keys are also here, for a client that reaches only this port.
    issuer: { url, audience, jwksUri, jwksUriHere: `${origin}/_local/jwks.json` },
  };
}

async function issueToken({ aws }: StartedLocalAws, { body }: ControlRequest): Promise<unknown> {
  const { tenant, claims = {}, expiresInSeconds = 3600 } = body;
  if (typeof tenant !== 'string') throw badRequest('`tenant` must be a string.');
  if (!isObject(claims)) throw badRequest('`claims` must be an object.');
  const seconds = Number.isSafeInteger(expiresInSeconds) ? Number(expiresInSeconds) : Number.NaN;
  if (!(Math.abs(seconds) <= TEN_YEARS)) throw badRequest('`expiresInSeconds` must be an integer of at most ten years.');
  const token = await aws.issuer.token({ tenant, claims, expiresInSeconds: seconds }).catch((error: unknown) => {
    // The issuer refuses some claims: those that would let its key sign for another issuer.
    throw error instanceof TypeError ? badRequest(`${error.message}.`) : error;
  });
  return { token };
}

/** Checks all faults before it changes one. */
function replaceFaults({ faults, aws }: StartedLocalAws, { body }: ControlRequest): void {
  const given = Object.entries(body).map(([service, fault]) => {
    if (!isObject(fault)) throw badRequest('Each fault must be an object.');
    try {
      checkFault(service, fault);
    } catch (error) {
      throw error instanceof TypeError ? badRequest(`${error.message}.`) : error;
    }
    return [service, fault] as const;
  });
  aws.faults.clear();
  for (const [service, fault] of given) faults.inject(service, fault);
}

function readSince(text: string | undefined): number {
  if (text === undefined) return 0;
  const since = strictInteger(text, { min: 0, max: Number.MAX_SAFE_INTEGER });
  if (since === undefined) throw badRequest('`since` must be an integer: milliseconds since the epoch.');
  return since;
}
