import { AwsError } from '../service.ts';
import type { S3Request } from './operation.ts';

/** The header with the location to which a website redirects requests for this object. A read by the API returns it. */
export const REDIRECT = 'x-amz-website-redirect-location';

/** The condition key of that header. */
export const REDIRECT_KEY = 's3:x-amz-website-redirect-location';

const MAX_LENGTH = 2048;
const LOCATION = /^(?:\/|https?:\/\/)[\x20-\x7e]*$/;

/** @throws {@link AwsError} InvalidRedirectLocation for a location that does not begin with `/`, `http://` or `https://` */
export function readRedirect({ headers }: S3Request): string | undefined {
  const location = headers.get(REDIRECT);
  if (location === undefined || (LOCATION.test(location) && location.length <= MAX_LENGTH)) return location;
  throw new AwsError('InvalidRedirectLocation', 400, "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.");
}

/** The response header of a read. */
export function redirectHeader(location: string | undefined): Readonly<Record<string, string>> {
  return location === undefined ? {} : { [REDIRECT]: location };
}
