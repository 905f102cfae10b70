import type { AwsError, ServiceResponse } from '../service.ts';

/** An error in the format of the protocol restJson. SDKs read its code from the header. */
export function restJsonError({ code, status, message }: AwsError): ServiceResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
    body: JSON.stringify({ Type: status < 500 ? 'User' : 'Service', Message: message, message }),
  };
}
