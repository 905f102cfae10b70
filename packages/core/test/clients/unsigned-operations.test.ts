import { CognitoIdentityProviderClient, InitiateAuthCommand } from '@aws-sdk/client-cognito-identity-provider';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { TenantAws } from '@tenant-aws/core';
import { describe, expect, it } from 'vitest';
import { identityOf, localAws, machineFor, roleArn } from '../local-machine.ts';

const aws = localAws();
const operations: [string, (tenantAws: TenantAws) => { send(): Promise<unknown>; unguarded(): Promise<unknown> }][] = [
  [
    'AssumeRoleWithWebIdentity',
    (tenantAws) => {
      const sts = tenantAws.client(STSClient, { endpoint: aws.url });
      const send = () =>
        sts.send(new AssumeRoleWithWebIdentityCommand({ RoleArn: roleArn, RoleSessionName: 'x1', WebIdentityToken: 'token' }));
      return { send, unguarded: () => (sts.middlewareStack.remove('tenantAwsSignatureGuard'), send()) };
    },
  ],
  [
    'InitiateAuth',
    (tenantAws) => {
      const cognito = tenantAws.client(CognitoIdentityProviderClient, { endpoint: aws.url });
      const send = () => cognito.send(new InitiateAuthCommand({ AuthFlow: 'USER_PASSWORD_AUTH', ClientId: 'client' }));
      return { send, unguarded: () => (cognito.middlewareStack.remove('tenantAwsSignatureGuard'), send()) };
    },
  ],
];

describe.each(operations)('%s, which AWS does not sign', (name, of) => {
  it('fails with `configuration_invalid` and the reason, and is not sent', async () => {
    await using tvm = machineFor(aws);

    await expect(of(tvm.for(identityOf('acme'))).send()).rejects.toMatchObject({
      code: 'configuration_invalid',
      faults: [`\`${name}\` is not signed with AWS credentials, so the client of a tenant cannot send it: use a client of your own`],
    });
    expect(aws.calls.filter(({ operation }) => operation === name)).toEqual([]);
  });

  it('is not sent without the middleware either', async () => {
    await using tvm = machineFor(aws);

    await expect(of(tvm.for(identityOf('acme'))).unguarded()).rejects.toMatchObject({ code: 'tenant_mismatch' });
    expect(aws.calls.filter(({ operation }) => operation === name)).toEqual([]);
  });
});
