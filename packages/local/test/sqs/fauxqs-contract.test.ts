import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { Fauxqs } from '../../src/services/sqs/fauxqs.ts';
import { engineArn, engineUrl } from '../../src/services/sqs/queue.ts';

const home = { account: '111122223333', region: 'eu-central-1' };
const manifest = new URL('../../node_modules/fauxqs/package.json', import.meta.url);
const workspace = new URL('../../../../pnpm-workspace.yaml', import.meta.url);

let engine = new Fauxqs(home.region);
afterEach(async () => {
  await engine.close();
  engine = new Fauxqs(home.region);
});

// The behaviour of fauxqs that is relied on, for exactly this version.
describe('fauxqs', () => {
  it('has the tested version', () => {
    expect(JSON.parse(readFileSync(manifest, 'utf8'))).toMatchObject({ version: '2.4.1' });
    expect(readFileSync(workspace, 'utf8')).toMatch(/fauxqs['"]?: ['"]?2\.4\.1['"]?\s/);
  });

  it('finds a queue by its engine URL and engine ARN', async () => {
    await engine.run('CreateQueue', { QueueName: 'app' });
    const { Attributes } = await engine.run('GetQueueAttributes', { QueueUrl: engineUrl(home, 'app'), AttributeNames: ['QueueArn'] });
    expect(Attributes).toEqual({ QueueArn: engineArn(home, 'app') });
    expect(await engine.run('ListQueues', {})).toEqual({ QueueUrls: [engineUrl(home, 'app')] });
  });

  it('returns an error with its code', async () => {
    await expect(engine.run('PurgeQueue', { QueueUrl: engineUrl(home, 'app') })).rejects.toMatchObject({
      code: 'QueueDoesNotExist',
      status: 400,
    });
  });

  it('ends pending receives when it is closed', async () => {
    await engine.run('CreateQueue', { QueueName: 'app' });
    const waiting = engine.run('ReceiveMessage', { QueueUrl: engineUrl(home, 'app'), WaitTimeSeconds: 20 });
    // Completes only after the engine has started the request before it.
    await engine.run('ListQueues', {});
    await engine.close();
    expect(await waiting).toEqual({});
  });
});
