import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MUTATION_NAMES, mutate } from './mutants.ts';
import { Random } from '../../../../test/support/random.ts';
import { randomSigned } from './random-requests.ts';
import { NOW, Recorder } from './recorder.ts';

/** `TENANT_AWS_LONG=1` runs twenty times as many requests; `TENANT_AWS_SEED` selects the seed, to repeat a run. */
const COUNT = process.env['TENANT_AWS_LONG'] ? 20_000 : 1_000;
const SEED = Number(process.env['TENANT_AWS_SEED'] ?? 1);

let recorder: Recorder;
beforeAll(async () => {
  recorder = await Recorder.start();
});
afterAll(() => recorder.close());

describe(`random requests, seed ${SEED}`, () => {
  it(`accepts ${COUNT} requests that @smithy/signature-v4 or aws4 signed, and does not change them`, { timeout: 300_000 }, async () => {
    const random = new Random(SEED);
    for (let index = 0; index < COUNT; index += 1) {
      const signed = await randomSigned(random, recorder.host, NOW);
      const received = await recorder.accepts(signed);
      expect(received, JSON.stringify({ index, ...signed, body: String(signed.body) })).toBeDefined();
      expect(received?.rawPath).toBe(signed.target.split('?')[0]);
      expect(String(received?.body)).toBe(String(signed.body));
    }
  });

  it(`refuses ${COUNT} signed requests after a random change`, { timeout: 300_000 }, async () => {
    const random = new Random(SEED + 1);
    const tried = new Set<string>();
    recorder.reached.length = 0;
    for (let index = 0; index < COUNT; index += 1) {
      const { name, wire } = mutate(await randomSigned(random, recorder.host, NOW), random);
      tried.add(name);
      const response = await recorder.send(wire);
      expect(recorder.reached.length, JSON.stringify({ index, name, ...wire, body: String(wire.body) })).toBe(0);
      expect([400, 403, 501]).toContain(response.status);
    }
    expect([...tried].toSorted()).toEqual(MUTATION_NAMES.toSorted());
  });
});
