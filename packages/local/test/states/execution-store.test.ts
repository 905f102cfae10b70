import { expect, it } from 'vitest';
import { ExecutionStore } from '../../src/services/states/execution-store.ts';
import type { Execution } from '../../src/services/states/execution.ts';

const running = (name: string): Execution => ({ stateMachine: 'm', name, input: '{}', startDate: 0 });

it('keeps 10,000 executions, drops the oldest that has ended, and refuses another if all are running', () => {
  const store = new ExecutionStore();
  for (let at = 0; at < 10_000; at += 1) store.add(String(at), running(String(at)));
  expect(() => store.add('next', running('next'))).toThrow(expect.objectContaining({ code: 'ExecutionLimitExceeded', status: 400 }));

  const ended = store.find('5000');
  if (ended) ended.end = { status: 'SUCCEEDED', stopDate: 1, output: '1' };
  store.add('next', running('next'));

  expect([store.find('5000'), store.find('0')?.name, store.ofStateMachine('m').length]).toEqual([undefined, '0', 10_000]);
});
