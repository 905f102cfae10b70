import type { ServiceResponse } from '../services/service.ts';
import { element } from '../xml.ts';

/** The namespace of STS's answers and errors. */
export const STS_NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** The answer of an operation. `result` is XML. */
export function stsAnswer(operation: string, result: string, requestId: string): ServiceResponse {
  const metadata = `<ResponseMetadata>${element('RequestId', requestId)}</ResponseMetadata>`;
  return {
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: `<${operation}Response xmlns="${STS_NAMESPACE}"><${operation}Result>${result}</${operation}Result>${metadata}</${operation}Response>`,
  };
}
