import { inspect } from 'node:util';
import type { TokenVendingMachine } from '@tenant-aws/core';
import { describe, expect, it } from 'vitest';
import { identityOf, localAws, machineFor, stsThatSays } from '../local-machine.ts';

const acme = identityOf('acme');

const aws = localAws();

describe('the response of STS', () => {
  /** A machine whose STS returns this instead of its response. */
  function machineWith(answer: (xml: string) => string): TokenVendingMachine {
    return machineFor(aws, { sts: stsThatSays(answer), cache: { errorTtlMs: 0 } });
  }

  it('is parsed by these tests as in production', async () => {
    await using tvm = machineWith((xml) => xml);

    expect((await tvm.vend(acme)).accessKeyId).toMatch(/^ASIA/);
  });

  it.each([
    ['is torn', (xml: string) => xml.slice(0, xml.indexOf('</SecretAccessKey>') - 5)],
    ['is empty', () => ''],
    ['is an HTML page', () => '<html><body>Sign in to the guest network</body></html>'],
    ['has no keys', (xml: string) => xml.replace(/<Credentials>.*<\/Credentials>/, '')],
    ['has no expiration', (xml: string) => xml.replace(/<Expiration>.*<\/Expiration>/, '')],
  ])('is 503 if it %s, and the error shows nothing of it', async (_what, answer) => {
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
