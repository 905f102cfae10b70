import { AwsError, type VerifiedRequest } from '../service.ts';
import { isHeaderValue } from './header-syntax.ts';

const PREFIX = 'response-';

/** The query parameters with which a read overrides the headers of its own answer. */
export const RESPONSE_OVERRIDES: readonly string[] = [
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
];

/** The headers that the request asks for. @throws {@link AwsError} InvalidArgument for a value that would end or forge a header line */
export function responseOverrides({ query }: VerifiedRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of RESPONSE_OVERRIDES) {
    const value = query.get(name);
    if (value === undefined) continue;
    if (!isHeaderValue(value)) {
      throw new AwsError('InvalidArgument', 400, 'The value cannot be a header.', { ArgumentName: name });
    }
    headers[name.slice(PREFIX.length)] = value;
  }
  return headers;
}
