import { AwsError, type ServiceResponse } from './services/service.ts';
import { element } from './xml.ts';

/** An error of the query protocol: STS and SNS. */
export function queryError(error: AwsError, namespace: string, requestId: string): ServiceResponse {
  const type = element('Type', error.status < 500 ? 'Sender' : 'Receiver');
  const body = `<Error>${type}${element('Code', error.code)}${element('Message', error.message)}</Error>`;
  return {
    status: error.status,
    headers: { 'content-type': 'text/xml' },
    body: `<ErrorResponse xmlns="${namespace}">${body}${element('RequestId', requestId)}</ErrorResponse>`,
  };
}

/** An error in S3's shape: what a client gets that names no service. */
export function plainError(error: AwsError, requestId: string): ServiceResponse {
  return {
    status: error.status,
    headers: { 'content-type': 'application/xml' },
    body:
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
      `<Error>${element('Code', error.code)}${element('Message', error.message)}${element('RequestId', requestId)}</Error>`,
  };
}

/** What was thrown, as an AwsError. What nobody foresaw is a 500 that tells the client nothing, and a warning to who runs the process. */
export function asAwsError(thrown: unknown): AwsError {
  if (thrown instanceof AwsError) return thrown;
  process.emitWarning(`the local AWS failed: ${thrown instanceof Error ? thrown.stack : String(thrown)}`);
  return new AwsError('InternalError', 500, 'We encountered an internal error. Please try again.');
}
