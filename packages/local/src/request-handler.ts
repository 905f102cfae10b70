import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Call, recordCall } from './calls.ts';
import { faultError } from './fault-error.ts';
import { type Incoming, readBody, readHead } from './incoming.ts';
import type { ActiveFault, InjectedFaults } from './injected-faults.ts';
import { guessService, unsupportedService } from './routing.ts';
import { AwsError, type Clock, type Service, type ServiceResponse, type VerifiedRequest } from './services/service.ts';
import type { Sessions } from './sessions.ts';
import { type Claim, findClaim } from './signature/claim.ts';
import { refusal } from './signature/refusal.ts';
import { type DecidedRequest, decideRequest } from './decide.ts';

/** What requests are handled with. */
export interface RequestHandlerContext {
  readonly region: string;
  /** The account that owns the buckets, tables, queues and topics. */
  readonly account: string;
  readonly services: ReadonlyMap<string, Service>;
  readonly sessions: Sessions;
  readonly faults: InjectedFaults;
  readonly calls: Call[];
  readonly clock: Clock;
}

/** A request after parsing and the access decision, or the error that stopped it before. */
interface ReceivedRequest {
  service: Service;
  incoming?: Incoming;
  claim?: Claim | undefined;
  fault?: ActiveFault | undefined;
  decided?: DecidedRequest;
  error?: AwsError;
}

/**
 * The handler of every HTTP request: select the service by the credential scope, verify the signature, parse, decide, execute.
 * Any failure on the way refuses the request. All decoding and parsing runs inside a `try`: no request can end the process.
 */
export function requestHandler(context: RequestHandlerContext): (message: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async function handleRequest(message, response) {
    const requestId = randomUUID();
    const now = context.clock();
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    try {
      const received = await receive(message, { requestId, gone: gone.signal }, context);
      const { fault, service } = received;
      recordCall(context.calls, callOf(received, context.clock()));
      await fault?.wait();
      if (fault?.down) {
        response.destroy();
        return;
      }
      const method = message.method ?? '';
      const contentType = message.headers['content-type'];
      const result = await respond(received).catch((error: unknown) =>
        service.error(asAwsError(error), { method, requestId, contentType }),
      );
      const crossOrigin = received.incoming && service.crossOriginHeaders?.(received.incoming);
      write(response, { ...result, headers: { ...result.headers, ...crossOrigin } }, { requestId, method, date: now + skewMs(fault) });
    } catch {
      // The connection is broken, or the response cannot be written.
      response.destroy();
    }
  };
}

/** Verifies and parses a request, and decides whether it is allowed. */
async function receive(
  message: IncomingMessage,
  scope: Pick<VerifiedRequest, 'requestId' | 'gone'>,
  context: RequestHandlerContext,
): Promise<ReceivedRequest> {
  const received: ReceivedRequest = { service: unsupportedService('s3', { headers: new Map() }) };
  try {
    const body = await readBody(message);
    const incoming: Incoming = { ...readHead(message), body };
    const serviceOf = (name: string): Service => context.services.get(name) ?? unsupportedService(name, incoming);
    const guess = guessService(incoming);
    received.service = serviceOf(guess);
    received.incoming = incoming;
    const claim = findClaim(incoming, guess);
    received.claim = claim;
    if (claim) received.service = serviceOf(claim.service);
    const fault = context.faults.take(received.service.name);
    received.fault = fault;
    const sessionNow = context.clock();
    const { region, account, sessions } = context;
    const { requestId, gone } = scope;
    const now = sessionNow + skewMs(fault);
    const expiresInSeconds = fault?.expiresInSeconds;
    const decisionContext = { region, account, sessions, requestId, gone, now, sessionNow, expiresInSeconds };
    received.decided = await decideRequest(incoming, claim, received.service, decisionContext);
  } catch (error) {
    received.error = asAwsError(error);
  }
  return received;
}

function callOf(received: ReceivedRequest, now: number): Call {
  const { service, claim, decided } = received;
  const tenantSession = decided?.principal?.session?.name;
  const resource = decided && resourceOf(decided);
  return {
    service: service.name,
    operation: decided?.operation.name ?? 'unknown',
    ...(resource !== undefined && { resource }),
    // The string of the keys: that of the claim would keep the whole Authorization header in memory.
    accessKeyId: decided?.principal?.keys.accessKeyId ?? claim?.accessKeyId ?? '',
    ...(tenantSession !== undefined && { tenantSession }),
    decision: decisionOf(received),
    at: new Date(now),
  };
}

function resourceOf({ operation, refused, refusedItems }: DecidedRequest): string | undefined {
  const [deniedItem] = refusedItems;
  return (refused?.request ?? deniedItem ?? operation.authorize[0] ?? operation.authorizeEach?.[0])?.resource;
}

function decisionOf({ fault, decided }: ReceivedRequest): Call['decision'] {
  if (fault?.down || fault?.hang) return 'fault';
  if (!decided) return 'refused';
  if (fault?.code !== undefined || fault?.throttled) return 'fault';
  return decided.refused || decided.refusedItems.size > 0 ? 'denied' : 'allowed';
}

/** Executes an allowed request. */
async function respond({ service, fault, decided, error }: ReceivedRequest): Promise<ServiceResponse> {
  if (!decided) throw error ?? refusal('missing', service.name);
  const injected = fault && faultError(service.name, fault);
  if (injected) throw injected;
  const { operation, refused, caller, refusedItems } = decided;
  if (refused) throw service.denied(operation, refused.request, caller, refused.denial);
  return operation.execute(refusedItems);
}

/** An unexpected error is a 500 that tells the client nothing. The process emits a warning with its stack. */
function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  process.emitWarning(`the local AWS failed: ${error instanceof Error ? error.stack : String(error)}`);
  return new AwsError('InternalError', 500, 'We encountered an internal error. Please try again.');
}

function skewMs(fault: ActiveFault | undefined): number {
  return (fault?.clockSkewSeconds ?? 0) * 1000;
}

function write(
  response: ServerResponse,
  { status, headers, body = '' }: ServiceResponse,
  { requestId, method, date }: { readonly requestId: string; readonly method: string; readonly date: number },
): void {
  const own: Record<string, string> = {
    'x-amz-request-id': requestId,
    'x-amzn-requestid': requestId,
    date: new Date(date).toUTCString(),
  };
  const withBody = hasBody(method, status);
  if (withBody) own['content-length'] = String(Buffer.byteLength(body));
  response.writeHead(status, Object.assign(own, headers));
  response.end(withBody ? body : undefined);
}

function hasBody(method: string, status: number): boolean {
  return method !== 'HEAD' && status !== 204 && status !== 304;
}
