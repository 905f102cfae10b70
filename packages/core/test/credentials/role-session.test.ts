import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { rolePolicy } from '../../../../test/support/notes-aws.ts';
import { identityOf, localAws, machineFor, stsOf } from '../local-machine.ts';

const taggedRoleArn = 'arn:aws:iam::000000000000:role/TaggedAccess';
const aws = localAws({
  roles: {
    [taggedRoleArn]: {
      policy: rolePolicy,
      trust: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'] }],
      },
    },
  },
});

describe('the parameters of AssumeRole', () => {
  it('name the session by the tenant id, or by a digest if the id is not a valid session name', async () => {
    await using tvm = machineFor(aws, { tenantId: { chars: 'A-Za-z0-9:', min: 1 } });

    const identityAt = async (tenantId: string): Promise<string | undefined> => {
      const credentials = await tvm.vend(identityOf(tenantId));
      return (await stsOf(aws, { credentials: { ...credentials } }).send(new GetCallerIdentityCommand({}))).Arn?.split('/').at(-1);
    };

    expect(await identityAt('acme')).toBe('acme');
    expect(await identityAt('a')).toMatch(/^t-[0-9a-f]{40}$/);
    expect(await identityAt('acme:eu')).toMatch(/^t-[0-9a-f]{40}$/);
  });

  it('give different session names to a long id and to a tenant whose id is its digest', async () => {
    await using tvm = machineFor(aws, { tenantId: { max: 100 } });
    const sessionOf = async (tenantId: string): Promise<string | undefined> => {
      const credentials = await tvm.vend(identityOf(tenantId));
      return (await stsOf(aws, { credentials: { ...credentials } }).send(new GetCallerIdentityCommand({}))).Arn?.split('/').at(-1);
    };

    const long = await sessionOf('a'.repeat(100));

    expect(await sessionOf(String(long))).not.toBe(long);
  });

  it('include tags, source identity and session name of the identity, which distinguish entries', async () => {
    await using tvm = machineFor(aws, {
      roleArn: taggedRoleArn,
      tags: ({ tenantId }) => ({ tenant: tenantId }),
      transitiveTagKeys: ['tenant'],
      sourceIdentity: ({ subject }) => subject ?? 'none',
      sessionName: ({ subject }) => `user.${subject}`,
    });

    const alice = await tvm.vend({ ...identityOf('acme'), subject: 'alice' });
    const bob = await tvm.vend({ ...identityOf('acme'), subject: 'bob' });

    expect(alice.accessKeyId).not.toBe(bob.accessKeyId);
    const arn = (await stsOf(aws, { credentials: { ...alice } }).send(new GetCallerIdentityCommand({}))).Arn;
    expect(arn).toBe('arn:aws:sts::000000000000:assumed-role/TaggedAccess/user.alice');
  });
});
