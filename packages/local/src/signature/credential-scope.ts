import { parseAmzDate } from '../amz-date.ts';
import { refusal } from './refusal.ts';

/** The key with which a request is signed, and where and when the signature is valid. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
  /** `20260930/us-east-1/s3/aws4_request` */
  readonly scope: string;
  /** As it was sent: `20260930T120000Z`. */
  readonly timestamp: string;
  readonly signedAt: number;
}

const CREDENTIAL = /^([A-Za-z0-9]{1,128})\/(\d{8})\/([a-z0-9-]{1,64})\/([a-z0-9-]{1,64})\/aws4_request$/;

/**
 * Reads a credential (`AKIA…/20260930/us-east-1/s3/aws4_request`) and the time of the signature.
 *
 * @param guess the service whose error format is used until the credential is read
 * @throws AwsError for a malformed credential or time, and for a credential of another day
 */
export function readScope(credential: string, timestamp: string, guess: string): CredentialScope {
  const match = CREDENTIAL.exec(credential);
  if (!match) throw refusal('malformed', guess);
  const [, accessKeyId = '', date = '', region = '', service = ''] = match;
  const signedAt = parseAmzDate(timestamp);
  if (signedAt === undefined) throw refusal('malformed', service);
  if (!timestamp.startsWith(date)) throw refusal('scope', service);
  return { accessKeyId, region, service, scope: `${date}/${region}/${service}/aws4_request`, timestamp, signedAt };
}
