import { parseRoleArn, type SessionParameters } from './session-parameters.ts';

/** The parts of a request that advice may name. The external id and the values of tags are not among them. */
export type AdvisedRequest = Pick<SessionParameters, 'roleArn' | 'tags' | 'sourceIdentity' | 'externalId'>;

const ADVICE: ReadonlyMap<string, (request: AdvisedRequest) => string> = new Map([
  ['AccessDenied', accessDenied],
  ['InvalidClientTokenId', () => 'check the base credentials of this process: AWS does not know their access key'],
  ['SignatureDoesNotMatch', () => 'check the secret access key of the base credentials, and the clock of this host'],
  ['RegionDisabled', () => 'activate STS for this region in the account settings of IAM, or change `AWS_REGION`'],
  [
    'ValidationError',
    ({ roleArn }) =>
      `compare \`durationSeconds\` with the maximum session duration of the role ${roleArn}, and the ARN with that of the role`,
  ],
  ['MalformedPolicyDocument', () => 'check the permission templates: AWS does not accept the session policy that they make'],
]);

/**
 * What the operator can check after STS has refused a call.
 *
 * @param codes names of the error, of which any may be known
 */
export function adviceOn(codes: readonly string[], request: AdvisedRequest): string | undefined {
  return codes.map((code) => ADVICE.get(code)).find((advice) => advice !== undefined)?.(request);
}

/** STS does not say whether the role exists. */
function accessDenied({ roleArn, tags, sourceIdentity, externalId }: AdvisedRequest): string {
  const { account = '' } = parseRoleArn(roleArn) ?? {};
  const name = roleArn.slice(roleArn.indexOf(':role/') + ':role/'.length);
  const actions = [
    '`sts:AssumeRole`',
    ...(Object.keys(tags).length === 0 ? [] : ['`sts:TagSession` (option `tags`)']),
    ...(sourceIdentity === undefined ? [] : ['`sts:SetSourceIdentity` (option `sourceIdentity`)']),
  ].join(' and ');
  const id =
    externalId === undefined
      ? 'the trust policy requires no `sts:ExternalId`, or the option `externalId` has it'
      : 'the `sts:ExternalId` in the trust policy is the value of the option `externalId`';
  return (
    `check that the role \`${name}\` exists in the account ${account} with exactly this name; that its trust policy names the base role of this process and allows ${actions}; ` +
    `that the policy of the base role allows the same on ${roleArn}; and that ${id}`
  );
}
