import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { asAwsError } from './aws-error.ts';
import type { Call } from './calls.ts';
import { statusOf, throttlingOf } from './fault.ts';
import type { FaultInEffect, Faults } from './faults.ts';
import { type DecidedRequest, decideRequest } from './decide.ts';
import { type Incoming, readBody, readHead } from './incoming.ts';
import { guessService, noService } from './routing.ts';
import { AwsError, type Clock, type Service, type ServiceResponse, type VerifiedRequest } from './services/service.ts';
import type { Sessions } from './sessions.ts';
import { type Claim, findClaim } from './signature/claim.ts';
import { refusal } from './signature/refusal.ts';

/** What the front works with. */
export interface FrontGround {
  readonly region: string;
  /** Whose the buckets, tables, … are. */
  readonly account: string;
  readonly services: ReadonlyMap<string, Service>;
  readonly sessions: Sessions;
  readonly faults: Faults;
  readonly calls: Call[];
  readonly clock: Clock;
}

/** An answer, and how far the clock of who gives it is off. */
interface Answer extends ServiceResponse {
  readonly skewMs: number;
}

/**
 * The one door: route by the credential scope, verify, understand, decide, execute. Whatever does not get that far is refused.
 * Every decode and parse happens inside its own try, so that no request can end the process.
 */
export function front(ground: FrontGround): (message: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async function front(message, response) {
    const requestId = randomUUID();
    const now = ground.clock();
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      const answer = await answerTo(message, { requestId, gone: gone.signal }, ground);
      if (answer === 'down') response.destroy();
      else write(response, answer, { requestId, method: message.method ?? '', date: now + answer.skewMs });
    } catch {
      // Only a broken connection or an answer that cannot be written comes here.
      response.destroy();
    }
  };
}

async function answerTo(message: IncomingMessage, exchange: Exchange, ground: FrontGround): Promise<Answer | 'down'> {
  const { service, fault, ...rest } = await arrive(message, exchange, ground);
  const skewMs = (fault?.clockSkewSeconds ?? 0) * 1000;
  record(ground, service, fault, rest);
  await fault?.settle();
  if (fault?.down) return 'down';
  try {
    return { ...(await act(service, fault, rest)), skewMs };
  } catch (thrown) {
    return { ...service.error(asAwsError(thrown), { method: message.method ?? '', requestId: exchange.requestId }), skewMs };
  }
}

/** One request and its answer. */
type Exchange = Pick<VerifiedRequest, 'requestId' | 'gone'>;

interface Arrival {
  readonly claim?: Claim;
  readonly understood?: DecidedRequest;
  /** Why it was not understood. */
  readonly error?: AwsError;
}

/** Takes a request as far as a decision, or to the error that keeps it from one. */
async function arrive(
  message: IncomingMessage,
  exchange: Exchange,
  ground: FrontGround,
): Promise<Arrival & { readonly service: Service; readonly fault?: FaultInEffect }> {
  let service = noService;
  let claim: Claim | undefined;
  let fault: FaultInEffect | undefined;
  try {
    const body = await readBody(message);
    const incoming: Incoming = { ...readHead(message), body };
    const guess = guessService(incoming);
    service = ground.services.get(guess) ?? noService;
    claim = findClaim(incoming, guess);
    if (claim) service = ground.services.get(claim.service) ?? noService;
    fault = ground.faults.take(service.name);
    const sessionNow = ground.clock();
    const now = sessionNow + (fault?.clockSkewSeconds ?? 0) * 1000;
    const understood = await decideRequest(incoming, claim, service, {
      ...ground,
      ...exchange,
      now,
      sessionNow,
      ...(fault?.expiresInSeconds !== undefined && { expiresInSeconds: fault.expiresInSeconds }),
    });
    return { service, understood, ...(claim && { claim }), ...(fault && { fault }) };
  } catch (thrown) {
    return { service, error: asAwsError(thrown), ...(claim && { claim }), ...(fault && { fault }) };
  }
}

/** A process that runs for weeks must not keep every request of theirs. */
const MAX_CALLS = 100_000;

function record({ calls, clock }: FrontGround, service: Service, fault: FaultInEffect | undefined, arrival: Arrival): void {
  const tenantSession = arrival.understood?.principal?.session?.name;
  if (calls.length >= MAX_CALLS) calls.splice(0, MAX_CALLS / 10);
  calls.push({
    service: service.name,
    operation: arrival.understood?.operation.name ?? 'unknown',
    accessKeyId: arrival.claim?.accessKeyId ?? '',
    ...(tenantSession !== undefined && { tenantSession }),
    decision: decisionOf(fault, arrival),
    at: new Date(clock()),
  });
}

function decisionOf(fault: FaultInEffect | undefined, { understood }: Arrival): Call['decision'] {
  if (fault?.down || fault?.hang) return 'fault';
  if (!understood) return 'refused';
  if (fault?.code !== undefined || fault?.throttled) return 'fault';
  return understood.refused || understood.refusedItems.size > 0 ? 'denied' : 'allowed';
}

function act(
  service: Service,
  fault: FaultInEffect | undefined,
  { understood, error }: Arrival,
): ServiceResponse | Promise<ServiceResponse> {
  if (!understood) throw error ?? refusal('missing', service.name);
  const code = fault?.throttled ? throttlingOf(service.name) : fault?.code;
  if (code !== undefined)
    throw new AwsError(code, statusOf(service.name, code), fault?.throttled ? 'Rate exceeded' : 'A fault made to order.');
  const { operation, refused, caller } = understood;
  if (refused) throw service.denied(operation, refused.request, caller, refused.denial);
  return operation.execute(understood.refusedItems);
}

function write(
  response: ServerResponse,
  { status, headers, body = '' }: ServiceResponse,
  { requestId, method, date }: { readonly requestId: string; readonly method: string; readonly date: number },
): void {
  response.writeHead(status, {
    'x-amz-request-id': requestId,
    'x-amzn-requestid': requestId,
    date: new Date(date).toUTCString(),
    ...(hasBody(method, status) && { 'content-length': String(Buffer.byteLength(body)) }),
    ...headers,
  });
  response.end(hasBody(method, status) ? body : undefined);
}

function hasBody(method: string, status: number): boolean {
  return method !== 'HEAD' && status !== 204 && status !== 304;
}
