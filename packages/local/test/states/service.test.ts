import * as sfn from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { StateMachineContext } from '../../src/index.ts';
import { statesService } from '../../src/services/states/index.ts';
import { STATES_OPERATIONS } from '../../src/services/states/operations.ts';
import { modelOf } from '../client-schema.ts';
import { type ServiceHarness, serviceHarness } from '../service-harness.ts';

const model = modelOf(sfn);
const SUPPORTED = STATES_OPERATIONS.map(({ operation }) => operation);
const REFUSED = model.operations.filter((name) => !SUPPORTED.includes(name));
const STATES = 'arn:aws:states:us-east-1:000000000000:';
const MACHINE = `${STATES}stateMachine:echo`;
const KIB = 1024;

let seen: [input: unknown, context: StateMachineContext][];
let release: (value: unknown) => void;
let harness: ServiceHarness;
beforeEach(() => {
  // An execution of the previous test can run later.
  const ofThisTest: typeof seen = [];
  seen = ofThisTest;
  const held = new Promise((resolve) => (release = resolve));
  const stateMachines = {
    echo(input: unknown, context: StateMachineContext) {
      ofThisTest.push([input, context]);
      return input;
    },
    fails: () => Promise.reject(new RangeError('x'.repeat(40_000))),
    large: () => 'x'.repeat(256 * KIB - 1),
    nothing: () => undefined,
    held: () => held,
  };
  const scope = { account: '000000000000', region: 'us-east-1' };
  harness = serviceHarness(statesService({ ...scope, stateMachines, clock: () => Date.parse('2026-03-01T00:00:01Z') }));
});

async function send(operation: string, input: unknown): Promise<{ status: number; result: Record<string, unknown> }> {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AWSStepFunctions.${operation}` };
  const { status, body } = await harness.send(headers, typeof input === 'string' ? input : JSON.stringify(input));
  return { status, result: JSON.parse(body.toString()) };
}
const start = (machine: string, input: object = {}) =>
  send('StartExecution', { stateMachineArn: `${STATES}stateMachine:${machine}`, ...input });
const describeExecution = (arn: unknown) => send('DescribeExecution', { executionArn: arn });
async function endOf(machine: string, input: object = {}): Promise<Record<string, unknown>> {
  const { result } = await start(machine, input);
  return vi.waitFor(async () => {
    const described = (await describeExecution(result['executionArn'])).result;
    expect(described['status']).not.toBe('RUNNING');
    return described;
  });
}

describe("the operations and parameters of the SDK's client of Step Functions", () => {
  it('are supported or refused: both lists are complete', () => {
    expect(SUPPORTED).toEqual(['StartExecution', 'DescribeExecution', 'StopExecution', 'ListExecutions']);
    expect(REFUSED).toContain('StartSyncExecution');
    expect(REFUSED.length).toBeGreaterThan(30);
  });

  it.each(REFUSED)('return 501 for %s', async (name) => {
    expect(await send(name, {})).toMatchObject({ status: 501, result: { __type: 'NotImplemented' } });
  });

  it('return 501 for parameters that are not in the table', async () => {
    const refused: string[] = [];
    for (const { operation, path, input } of SUPPORTED.flatMap((name) => model.parameters(name))) {
      if ((await send(operation, input)).status === 501) refused.push(`${operation}.${path}`);
    }
    expect(refused).toEqual(['DescribeExecution.includedData', 'ListExecutions.mapRunArn', 'ListExecutions.redriveFilter']);
  });
});

describe('StartExecution', () => {
  it('runs the state machine with the input, after the response', async () => {
    const { status, result } = await start('echo', { name: 'order-1', input: '{"order":{}}', traceHeader: 'Root=1-2' });
    const executionArn = `${STATES}execution:echo:order-1`;
    expect([status, result, seen]).toEqual([200, { executionArn, startDate: 1_772_323_200 }, []]);
    await vi.waitFor(() => expect(seen).toHaveLength(1));
    expect(seen).toStrictEqual([
      [
        { order: {} },
        {
          stateMachineName: 'echo',
          stateMachineArn: MACHINE,
          executionName: 'order-1',
          executionArn,
          startDate: harness.now,
          traceHeader: 'Root=1-2',
        },
      ],
    ]);
    await vi.waitFor(async () => {
      expect((await describeExecution(executionArn)).result).toEqual({
        executionArn,
        stateMachineArn: MACHINE,
        name: 'order-1',
        status: 'SUCCEEDED',
        startDate: 1_772_323_200,
        stopDate: 1_772_323_201,
        redriveCount: 0,
        input: '{"order":{}}',
        inputDetails: { included: true },
        output: '{"order":{}}',
        outputDetails: { included: true },
        traceHeader: 'Root=1-2',
      });
    });
  });

  it('has a random name and the input {} by default', async () => {
    expect(await endOf('echo')).toMatchObject({ name: expect.stringMatching(/^[\da-f-]{36}$/), input: '{}', output: '{}' });
  });

  it('fails with the error of the state machine', async () => {
    const failed = await endOf('fails');
    expect(failed).toMatchObject({ status: 'FAILED', error: 'RangeError', cause: 'x'.repeat(32_768) });
    expect(failed).not.toHaveProperty('output');
  });

  it('fails with an output over 256 KiB, and returns null for none', async () => {
    expect(await endOf('large')).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    expect(await endOf('nothing')).toMatchObject({ status: 'SUCCEEDED', output: 'null' });
  });

  it('returns the running execution for the same name and input, and runs it once', async () => {
    const first = await start('held', { name: 'a', input: '{"a":1}' });
    harness.now = new Date('2026-03-01T01:00:00Z');
    expect(await start('held', { name: 'a', input: '{"a":1}' })).toEqual(first);
    for (const input of ['{"a":2}', '{"a": 1}']) {
      expect(await start('held', { name: 'a', input })).toMatchObject({ status: 400, result: { __type: 'ExecutionAlreadyExists' } });
    }
    expect((await send('ListExecutions', { stateMachineArn: `${STATES}stateMachine:held` })).result['executions']).toHaveLength(1);
    release('done');
    await vi.waitFor(async () => expect((await describeExecution(first.result['executionArn'])).result['status']).toBe('SUCCEEDED'));
    expect((await start('held', { name: 'a', input: '{"a":1}' })).result).toMatchObject({ __type: 'ExecutionAlreadyExists' });
    expect((await start('echo', { name: 'a' })).status).toBe(200);
  });

  it('does not run a state machine after the service was closed', async () => {
    await start('echo');
    await harness.service.close?.();
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(seen).toEqual([]);
  });

  const machine = (arn: string) => ({ stateMachineArn: arn });
  it.each<[string, unknown, number, string]>([
    ['an unknown state machine', machine(`${STATES}stateMachine:other`), 400, 'StateMachineDoesNotExist'],
    ['the name of a prototype', machine(`${STATES}stateMachine:__proto__`), 400, 'StateMachineDoesNotExist'],
    ['the method of a prototype', machine(`${STATES}stateMachine:toString`), 400, 'StateMachineDoesNotExist'],
    ['a version', machine(`${MACHINE}:1`), 501, 'NotImplemented'],
    ['an alias', machine(`${MACHINE}:PROD`), 501, 'NotImplemented'],
    ['a map run', machine(`${MACHINE}/label`), 501, 'NotImplemented'],
    ['a path', machine(`${STATES}stateMachine:../echo`), 501, 'NotImplemented'],
    ['no name', machine(`${STATES}stateMachine:`), 400, 'InvalidArn'],
    ['a wildcard', machine(`${STATES}stateMachine:*`), 400, 'InvalidArn'],
    ['the ARN of an execution', machine(`${STATES}execution:echo:a`), 400, 'AccessDeniedException'],
    ['a name without an ARN', machine('echo'), 400, 'InvalidArn'],
    ['a long ARN', machine(`${MACHINE}${'x'.repeat(256)}`), 400, 'ValidationException'],
    ['another account', machine(MACHINE.replace('0000', '1111')), 400, 'AccessDeniedException'],
    ['another region', machine(MACHINE.replace('us', 'eu')), 400, 'AccessDeniedException'],
    ['another partition', machine(MACHINE.replace('aws', 'aws-cn')), 400, 'AccessDeniedException'],
    ['a missing ARN', {}, 400, 'ValidationException'],
    ['null for the ARN', { stateMachineArn: null }, 400, 'ValidationException'],
    ['a number for the ARN', { stateMachineArn: 5 }, 400, 'SerializationException'],
    ['a key twice', `{"stateMachineArn":"${MACHINE}","stateMachineArn":"${MACHINE}"}`, 400, 'SerializationException'],
    ['an empty name', { ...machine(MACHINE), name: '' }, 400, 'ValidationException'],
    ['a name of 81 characters', { ...machine(MACHINE), name: 'x'.repeat(81) }, 400, 'ValidationException'],
    ...[...Array.from(' \t\n<{[?*"#%\\^|~`$&,;:/\u0000\u007f\u009f\ufffe'), '😀'].map((character): [string, unknown, number, string] => [
      `a name with ${JSON.stringify(character)}`,
      { ...machine(MACHINE), name: `a${character}b` },
      400,
      'InvalidName',
    ]),
    ['an input that is not JSON', { ...machine(MACHINE), input: '{' }, 400, 'InvalidExecutionInput'],
    ['an empty input', { ...machine(MACHINE), input: '' }, 400, 'InvalidExecutionInput'],
    ['an input with a key twice', { ...machine(MACHINE), input: '{"a":1,"a":2}' }, 400, 'InvalidExecutionInput'],
    ['an input with the key __proto__', { ...machine(MACHINE), input: '{"__proto__":{"admin":true}}' }, 400, 'InvalidExecutionInput'],
    ['an input with NaN', { ...machine(MACHINE), input: 'NaN' }, 400, 'InvalidExecutionInput'],
    ['an input over 256 KiB', { ...machine(MACHINE), input: `"${'é'.repeat(128 * KIB)}"` }, 400, 'InvalidExecutionInput'],
    ['an object for the input', { ...machine(MACHINE), input: {} }, 400, 'SerializationException'],
    ['a line break in the trace header', { ...machine(MACHINE), traceHeader: 'a\r\nb' }, 400, 'ValidationException'],
  ])('rejects %s', async (_, input, status, code) => {
    expect(await send('StartExecution', input)).toMatchObject({ status, result: { __type: code } });
    await new Promise(setImmediate);
    expect(seen).toEqual([]);
  });

  it('accepts an input of 256 KiB whose characters are escaped', async () => {
    const input = `"${'\\u0001'.repeat(43_690)}"`;
    expect(await start('echo', { input })).toMatchObject({ status: 200 });
  });
});

describe('an execution', () => {
  it.each(['DescribeExecution', 'StopExecution'])('has an ARN that %s checks', async (operation) => {
    const codes: [string, string][] = [
      [`${STATES}execution:echo:other`, 'ExecutionDoesNotExist'],
      [`${STATES}execution:__proto__:constructor`, 'ExecutionDoesNotExist'],
      [`${STATES}execution:echo`, 'InvalidArn'],
      [`${STATES}execution:echo:a:b`, 'InvalidArn'],
      [`${STATES}execution:echo/map:a`, 'InvalidArn'],
      [`${STATES}execution:*:*`, 'InvalidArn'],
      [`${STATES}express:echo:a:b`, 'InvalidArn'],
      [`${STATES.replace('0000', '1111')}execution:echo:a`, 'AccessDeniedException'],
      [`${STATES.replace('us', 'eu')}execution:echo:a`, 'AccessDeniedException'],
      ['a', 'InvalidArn'],
    ];
    for (const [executionArn, code] of codes) {
      expect(await send(operation, { executionArn })).toMatchObject({ status: 400, result: { __type: code } });
    }
  });

  it('is stopped, and a later result has no effect', async () => {
    const { result } = await start('held', { name: 'a' });
    await new Promise(setImmediate); // the state machine is running
    const stopped = await send('StopExecution', { executionArn: result['executionArn'], error: 'Cancelled', cause: 'by the user' });
    expect(stopped.result).toEqual({ stopDate: 1_772_323_200 });
    release('late');
    await new Promise(setImmediate);
    const { result: described } = await describeExecution(result['executionArn']);
    expect(described).toMatchObject({ status: 'ABORTED', error: 'Cancelled', cause: 'by the user', stopDate: 1_772_323_200 });
    expect(described).not.toHaveProperty('output');
  });

  it('is not run if it is stopped before', async () => {
    const { result } = await start('echo');
    await send('StopExecution', { executionArn: result['executionArn'] });
    await new Promise(setImmediate);
    expect([(await describeExecution(result['executionArn'])).result['status'], seen]).toEqual(['ABORTED', []]);
  });

  it('keeps its result when it is stopped after its end', async () => {
    const { executionArn } = await endOf('echo', { input: '1' });
    await send('StopExecution', { executionArn, error: 'Cancelled' });
    expect((await describeExecution(executionArn)).result).toMatchObject({ status: 'SUCCEEDED', output: '1' });
  });
});

describe('ListExecutions', () => {
  const listHeld = (input: object = {}) => send('ListExecutions', { stateMachineArn: `${STATES}stateMachine:held`, ...input });
  const namesOf = ({ result }: { result: Record<string, unknown> }) => (result['executions'] as { name: string }[]).map(({ name }) => name);

  it('returns the executions of one state machine in pages, the latest first', async () => {
    for (const name of ['a', 'b', 'c']) await start('held', { name });
    await start('echo', { name: 'other' });
    const first = await listHeld({ maxResults: 2 });
    const last = await listHeld({ maxResults: 2, nextToken: first.result['nextToken'] });
    expect([namesOf(first), namesOf(last), last.result['nextToken']]).toEqual([['c', 'b'], ['a'], undefined]);
    expect(namesOf(await listHeld({ maxResults: 0 }))).toEqual(['c', 'b', 'a']);
  });

  it('filters by status', async () => {
    const { result } = await start('held', { name: 'a' });
    await start('held', { name: 'b' });
    await send('StopExecution', { executionArn: result['executionArn'] });
    expect(namesOf(await listHeld({ statusFilter: 'ABORTED' }))).toEqual(['a']);
    expect(namesOf(await listHeld({ statusFilter: 'RUNNING' }))).toEqual(['b']);
  });

  it.each<[object, string]>([
    [{ nextToken: 'x' }, 'InvalidToken'],
    [{ maxResults: 1001 }, 'ValidationException'],
    [{ statusFilter: 'LOST' }, 'ValidationException'],
    [{ stateMachineArn: `${STATES}stateMachine:other` }, 'StateMachineDoesNotExist'],
  ])('rejects %j: %s', async (input, code) => {
    expect(await listHeld(input)).toMatchObject({ status: 400, result: { __type: code } });
  });
});
