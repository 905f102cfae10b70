import { describe, expect, it } from 'vitest';
import { type Call, recordCall } from '../src/calls.ts';

const call = (resource?: string): Call => ({
  service: 'dynamodb',
  operation: 'GetItem',
  ...(resource !== undefined && { resource }),
  accessKeyId: 'ASIA',
  decision: 'allowed',
  at: new Date(0),
});

describe('recordCall', () => {
  it('keeps the resource of each call', () => {
    const calls: Call[] = [];
    const resources = ['table/notes', 'table/notes', undefined, 'table/notes', 'table/orders', 'table/notes'];
    for (const resource of resources) recordCall(calls, call(resource));
    expect(calls).toEqual(resources.map(call));
  });

  it('drops the oldest tenth of 100,000 calls', () => {
    const calls: Call[] = [];
    for (let at = 0; at <= 100_000; at += 1) recordCall(calls, call(`table/${at}`));
    expect(calls).toHaveLength(90_001);
    expect(calls[0]?.resource).toBe('table/10000');
    expect(calls.at(-1)?.resource).toBe('table/100000');
  });
});
