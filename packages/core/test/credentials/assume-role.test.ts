import { inspect } from 'node:util';
import type { TokenVendingMachine } from '@tenant-aws/core';
import { describe, expect, it } from 'vitest';
import { identityOf, localAws, machineFor, stsThatSays } from '../local-machine.ts';

const acme = identityOf('acme');

const aws = localAws();

describe('what STS answers', () => {
  /** A wire that answers this to everything. */
  function machineWith(answer: (xml: string) => string): TokenVendingMachine {
    return machineFor(aws, { sts: stsThatSays(answer), cache: { errorTtlMs: 0 } });
  }

  it('is read from the wire of these tests as from any other', async () => {
    await using tvm = machineWith((xml) => xml);

    expect((await tvm.vend(acme)).accessKeyId).toMatch(/^ASIA/);
  });

  it.each([
    ['is torn', (xml: string) => xml.slice(0, xml.indexOf('</SecretAccessKey>') - 5)],
    ['is empty', () => ''],
    ['is of somebody else', () => '<html><body>Sign in to the guest network</body></html>'],
    ['has no keys', (xml: string) => xml.replace(/<Credentials>.*<\/Credentials>/, '')],
    ['has no end', (xml: string) => xml.replace(/<Expiration>.*<\/Expiration>/, '')],
  ])('is 503 where it %s, and none of it is repeated', async (_what, answer) => {
    let secret = '';
    await using tvm = machineWith((xml) => {
      secret = /<SecretAccessKey>(.*)<\/SecretAccessKey>/.exec(xml)?.[1] ?? 'none';
      return answer(xml);
    });

    const error: unknown = await tvm.vend(acme).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ code: 'sts_unavailable', status: 503 });
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(secret.slice(0, 20));
  });
});
