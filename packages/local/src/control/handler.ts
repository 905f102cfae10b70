import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StartedLocalAws } from '../local-aws.ts';
import { badRequest, ControlError } from './error.ts';
import { CONTROL_OPERATIONS, type ControlOperation, PlainText } from './operations.ts';
import { checkAccess, type ControlAccess, readControlBody, readControlHead } from './request.ts';

/** Handles the requests to the control API. No request can end the process, and none is handled as a request to AWS. */
export function controlHandler(
  started: StartedLocalAws,
  access: ControlAccess,
): (message: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async function handleControlRequest(message, response) {
    try {
      write(response, message.method, 200, await run(message, started, access));
    } catch (error) {
      const { status, code, message: text, headers } = asControlError(error);
      write(response, message.method, status, { code, message: text }, headers);
    }
  };
}

async function run(message: IncomingMessage, started: StartedLocalAws, access: ControlAccess): Promise<unknown> {
  const head = readControlHead(message);
  const methods = CONTROL_OPERATIONS.filter(({ path }) => path === head.rawPath);
  if (!methods.some(({ open }) => open)) checkAccess(head, access);
  const operation = operationOf(head.method, methods);
  const query = new Map(head.query.map(({ name, value }) => [name, value]));
  for (const name of query.keys()) {
    if (!operation.query?.includes(name)) throw badRequest('A query parameter is unknown.');
  }
  const body = await readControlBody(message, head.headers);
  checkMembers(body, operation, started.services);
  return operation.run(started, { query, body, origin: `http://${head.headers.get('host') ?? ''}` });
}

function operationOf(method: string, operations: readonly ControlOperation[]): ControlOperation {
  if (operations.length === 0) throw new ControlError(404, 'path_unknown', 'The control API does not have this path.');
  const operation = operations.find((each) => each.method === (method === 'HEAD' ? 'GET' : method));
  if (operation !== undefined) return operation;
  const allow = operations.map((each) => each.method).join(', ');
  throw new ControlError(405, 'method_unknown', `Use ${allow} for this path.`, { allow });
}

function checkMembers(body: object, { body: members = [] }: ControlOperation, services: readonly string[]): void {
  const known = members === 'services' ? services : members;
  if (Object.keys(body).every((name) => known.includes(name))) return;
  throw badRequest(known.length === 0 ? 'This operation has no body.' : `The body can have these members only: ${known.join(', ')}.`);
}

/** An unexpected error is a 500 that tells the client nothing. The process emits a warning with its stack. */
function asControlError(error: unknown): ControlError {
  if (error instanceof ControlError) return error;
  process.emitWarning(`the control API failed: ${error instanceof Error ? error.stack : String(error)}`);
  return new ControlError(500, 'internal', 'The control API failed: see the warning in the output of the process.');
}

function write(
  response: ServerResponse,
  method: string | undefined,
  status: number,
  result: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const isText = result instanceof PlainText;
  const body = isText ? result.text : result === undefined ? '' : JSON.stringify(result);
  response.writeHead(result === undefined ? 204 : status, {
    ...(result !== undefined && { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json' }),
    ...(result !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(method === 'HEAD' ? undefined : body);
}
