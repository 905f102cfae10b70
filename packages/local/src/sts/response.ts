import { formatIsoSeconds } from '../amz-date.ts';
import type { ServiceResponse } from '../services/service.ts';
import type { Keys, Principal } from '../sessions.ts';
import { element } from '../xml.ts';

/** The XML namespace of STS's responses and errors. */
export const STS_NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** The response of an operation. `result` is XML. */
export function stsResponse(operation: string, result: string, requestId: string): ServiceResponse {
  const metadata = `<ResponseMetadata>${element('RequestId', requestId)}</ResponseMetadata>`;
  return {
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: `<${operation}Response xmlns="${STS_NAMESPACE}"><${operation}Result>${result}</${operation}Result>${metadata}</${operation}Response>`,
  };
}

/** The members that the results of AssumeRole and AssumeRoleWithWebIdentity share. */
export function assumedRoleXml(principal: Principal, expiration: number, packedPercent: number): string {
  const { userId, arn } = principal;
  const user = `<AssumedRoleUser>${element('AssumedRoleId', userId)}${element('Arn', arn)}</AssumedRoleUser>`;
  return user + element('PackedPolicySize', packedPercent) + sessionXml(principal, expiration, packedPercent);
}

/** The members that every result with credentials has. `expiration` is in the time of the service's clock, which a fault can skew. */
export function sessionXml({ keys, session }: Principal, expiration: number, packedPercent: number): string {
  return (
    credentialsXml(keys, expiration) +
    element('SessionTokenUtilization', packedPercent) +
    element('SessionTokenSize', keys.sessionToken?.length ?? 0) +
    (session?.sourceIdentity === undefined ? '' : element('SourceIdentity', session.sourceIdentity))
  );
}

function credentialsXml({ accessKeyId, secretAccessKey, sessionToken = '' }: Keys, expiration: number): string {
  const secret = element('SecretAccessKey', secretAccessKey) + element('SessionToken', sessionToken);
  return `<Credentials>${element('AccessKeyId', accessKeyId)}${secret}${element('Expiration', formatIsoSeconds(expiration))}</Credentials>`;
}
