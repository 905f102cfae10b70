import { spawn } from 'node:child_process';
import { STSClient } from '@aws-sdk/client-sts';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { StsAccess } from '../../src/credentials/sts-client.ts';
import { endOf } from '../../../../test/support/child.ts';
import { nodeFlags } from '../../../../test/support/node-flags.ts';

describe("the machine's access to STS", () => {
  it('loads the AWS SDK at the first use, not when the package is imported or a machine is created', async () => {
    const program = `
      import { createRequire } from 'node:module';
      const { TokenVendingMachine } = await import(${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)});
      const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((file) => /@aws-sdk[+/]/.test(file));
      const options = { roleArn: 'arn:aws:iam::123456789012:role/TenantAccess' };
      const tvm = new TokenVendingMachine({ ...options, permissions: [{ template: 's3-folder-per-tenant', variables: { bucket: 'notes' } }] });
      const before = loaded();
      await tvm.ready();
      console.log(JSON.stringify([before, loaded()]));`;
    const env = { PATH: process.env['PATH'], AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'key' };
    const node = spawn(process.execPath, [...nodeFlags, '--input-type=module', '--eval', program], {
      env,
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
    });

    expect(await endOf(node)).toEqual({ code: 0, stdout: '[false,true]\n', stderr: '' });
  });

  it('makes one client, also for concurrent uses', async () => {
    const sts = new StsAccess({ config: { region: 'us-east-1' } });
    const [first, second] = await Promise.all([sts.open(), sts.open()]);

    expect(first.client).toBeInstanceOf(STSClient);
    expect(second.client).toBe(first.client);
    expect((await sts.open()).client).toBe(first.client);
  });

  it("uses the user's client, and does not destroy it", async () => {
    const client = new STSClient({ region: 'us-east-1' });
    const destroy = vi.spyOn(client, 'destroy');
    const sts = new StsAccess({ client });

    expect((await sts.open()).client).toBe(client);
    await sts.close();
    expect(destroy).not.toHaveBeenCalled();
  });

  it('destroys the client that it made, and makes none to destroy it', async () => {
    const destroy = vi.spyOn(STSClient.prototype, 'destroy');
    const unused = new StsAccess({ config: { region: 'us-east-1' } });
    await unused.close();
    expect(destroy).not.toHaveBeenCalled();

    const used = new StsAccess({ config: { region: 'us-east-1' } });
    const { client } = await used.open();
    await used.close();
    expect(destroy.mock.contexts).toEqual([client]);
    destroy.mockRestore();
  });
});
