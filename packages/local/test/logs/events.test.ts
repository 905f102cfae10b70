import { beforeEach, describe, expect, it } from 'vitest';
import { type LogsHarness, logsHarness } from './logs-harness.ts';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-03-01T00:00:00Z');
const STREAM = { logGroupName: 'app', logStreamName: 'acme' };

interface Event {
  readonly timestamp: number;
  readonly message: string;
}
interface Result {
  readonly events: readonly Event[];
  readonly nextForwardToken: string;
  readonly nextBackwardToken: string;
  readonly nextToken?: string;
}

let logs: LogsHarness;
beforeEach(async () => {
  logs = logsHarness();
  for (const logStreamName of ['acme', 'globex']) await logs.send('CreateLogStream', { logGroupName: 'app', logStreamName });
});

const put = (logEvents: unknown, logStreamName = 'acme') => logs.send('PutLogEvents', { ...STREAM, logStreamName, logEvents });
const at = (timestamp: number, message = `m${timestamp - NOW}`): Event => ({ timestamp, message });
async function get(input: object = {}): Promise<Result & { messages: string[] }> {
  const { status, result } = await logs.send('GetLogEvents', { ...STREAM, ...input });
  expect([status, result]).toMatchObject([200, {}]);
  const read = result as unknown as Result;
  return { ...read, messages: read.events.map(({ message }) => message) };
}
async function filter(input: object = {}): Promise<{ messages: string[]; nextToken: string | undefined }> {
  const { result } = await logs.send('FilterLogEvents', { logGroupName: 'app', ...input });
  const { events, nextToken } = result as unknown as Result;
  return { messages: events.map(({ message }) => message), nextToken };
}

describe('PutLogEvents', () => {
  it('accepts events without a sequence token, and with any', async () => {
    expect(await put([at(NOW)])).toEqual({ status: 200, result: {} });
    const again = await logs.send('PutLogEvents', { ...STREAM, logEvents: [at(NOW)], sequenceToken: 'x' });
    expect(again).toEqual({ status: 200, result: {} });
    expect((await get()).messages).toEqual(['m0', 'm0']);
  });

  it('reports events that are too old or too new, and stores the others', async () => {
    const old = NOW - 14 * 24 * HOUR;
    const batch = [at(0), at(old - 1), at(NOW - 1), at(NOW + 2 * HOUR), at(NOW + 2 * HOUR + 1), at(NOW + 9e9)];
    expect((await put(batch)).result).toEqual({ rejectedLogEventsInfo: { tooOldLogEventEndIndex: 2, tooNewLogEventStartIndex: 4 } });
    expect((await get()).messages).toEqual(['m-1', `m${2 * HOUR}`]);
    expect((await put([at(old), at(old + 1)])).result).toEqual({});
    expect((await put([at(0)])).result).toEqual({ rejectedLogEventsInfo: { tooOldLogEventEndIndex: 1 } });
  });

  const full = 'x'.repeat(1_048_576 - 26);
  it.each<[string, unknown, string]>([
    ['no event', [], 'InvalidParameterException'],
    ['10,001 events', Array.from({ length: 10_001 }, () => at(NOW, 'x')), 'InvalidParameterException'],
    ['10,000 events', Array.from({ length: 10_000 }, () => at(NOW, 'x')), 'ok'],
    ['1 MB with the overhead', [at(NOW, full)], 'ok'],
    ['1 MB and one byte', [at(NOW, `${full}x`)], 'InvalidParameterException'],
    ['1 MB in UTF-8', [at(NOW, 'é'.repeat(524_288))], 'InvalidParameterException'],
    [
      '10,000 events over 1 MB by the overhead alone',
      Array.from({ length: 10_000 }, () => at(NOW, 'x'.repeat(79))),
      'InvalidParameterException',
    ],
    ['1 MB of characters that are escaped', [at(NOW, '\u0001'.repeat(1_048_550))], 'ok'],
    ['events out of order', [at(NOW), at(NOW - 1)], 'InvalidParameterException'],
    ['a span of 24 hours', [at(NOW - 24 * HOUR), at(NOW)], 'ok'],
    ['a span over 24 hours', [at(NOW - 24 * HOUR - 1), at(NOW)], 'InvalidParameterException'],
    ['an empty message', [at(NOW, '')], 'InvalidParameterException'],
    ['a missing timestamp', [{ message: 'x' }], 'InvalidParameterException'],
    ['a negative timestamp', [at(-1, 'x')], 'InvalidParameterException'],
    ['a fraction', [at(0.5, 'x')], 'SerializationException'],
    ['null', [null], 'SerializationException'],
    ['a text for the timestamp', [{ timestamp: String(NOW), message: 'x' }], 'SerializationException'],
  ])('responds to %s with %s', async (_, events, code) => {
    const { status, result } = await put(events);
    expect(status === 200 ? 'ok' : result['__type']).toBe(code);
    if (code !== 'ok') expect([status, (await get()).events]).toEqual([400, []]);
  });

  it('does not put a message into an error', async () => {
    const { result } = await put([at(NOW, 'password hunter2'), at(NOW - 1, 'hunter2')]);
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });
});

describe('GetLogEvents', () => {
  beforeEach(async () => {
    await put([at(NOW + 2), at(NOW + 4)]);
    await put([at(NOW + 1), at(NOW + 2, 'later'), at(NOW + 5)]);
  });

  it('returns events in the order of their times, then of their arrival', async () => {
    expect((await get()).messages).toEqual(['m1', 'm2', 'later', 'm4', 'm5']);
  });

  it('includes the start of a time range, and excludes its end', async () => {
    expect((await get({ startTime: NOW + 2, endTime: NOW + 4 })).messages).toEqual(['m2', 'later']);
  });

  it('reads the latest events first, and the earliest with startFromHead', async () => {
    expect((await get({ limit: 2 })).messages).toEqual(['m4', 'm5']);
    expect((await get({ limit: 2, startFromHead: true })).messages).toEqual(['m1', 'm2']);
  });

  it('reads forward to the end, where the token stays the same, and goes on with new events', async () => {
    const first = await get({ limit: 3, startFromHead: true });
    const second = await get({ limit: 3, nextToken: first.nextForwardToken, startFromHead: true });
    const end = await get({ nextToken: second.nextForwardToken, startFromHead: true });
    expect([first.messages, second.messages, end.messages]).toEqual([['m1', 'm2', 'later'], ['m4', 'm5'], []]);
    expect(end.nextForwardToken).toBe(second.nextForwardToken);
    await put([at(NOW + 6)]);
    expect((await get({ nextToken: end.nextForwardToken, startFromHead: true })).messages).toEqual(['m6']);
  });

  it('reads backward to the start, where the token stays the same', async () => {
    const last = await get({ limit: 2 });
    const before = await get({ limit: 2, nextToken: last.nextBackwardToken });
    const first = await get({ limit: 2, nextToken: before.nextBackwardToken });
    const end = await get({ limit: 2, nextToken: first.nextBackwardToken });
    expect([before.messages, first.messages, end.messages]).toEqual([['m2', 'later'], ['m1'], []]);
    expect(end.nextBackwardToken).toBe(first.nextBackwardToken);
    expect(first.nextBackwardToken).toMatch(/^b\/\d{56}\/s$/);
  });

  it('reads an empty stream, and later its first event', async () => {
    const { result } = await logs.send('GetLogEvents', { logGroupName: 'app', logStreamName: 'globex' });
    await put([at(NOW, 'first')], 'globex');
    const input = { logGroupName: 'app', logStreamName: 'globex', nextToken: result['nextForwardToken'] };
    expect((await logs.send('GetLogEvents', input)).result).toMatchObject({ events: [{ message: 'first' }] });
  });

  it("returns only the stream's own events for the token of another stream", async () => {
    await put([at(NOW + 3, 'of globex')], 'globex');
    const { nextForwardToken } = await get({ limit: 1, startFromHead: true });
    const input = { logGroupName: 'app', logStreamName: 'globex', nextToken: nextForwardToken };
    expect((await logs.send('GetLogEvents', input)).result).toMatchObject({ events: [{ message: 'of globex' }] });
  });

  it('returns at most 1 MB', async () => {
    for (const mark of ['a', 'b', 'c']) await put([at(NOW + 10, mark.repeat(500_000))]);
    expect((await get({ startTime: NOW + 10, startFromHead: true })).messages.map(([mark]) => mark)).toEqual(['a', 'b']);
    expect((await get({ startTime: NOW + 10 })).messages.map(([mark]) => mark)).toEqual(['b', 'c']);
  });
});

describe('FilterLogEvents', () => {
  beforeEach(async () => {
    await put([at(NOW, 'ERROR disk full'), at(NOW + 2, 'INFO "started"')]);
    await put([at(NOW + 1, 'ERROR timeout'), at(NOW + 3, 'error naïve')], 'globex');
  });

  it('interleaves the events of all streams of the log group', async () => {
    const { result } = await logs.send('FilterLogEvents', { logGroupName: 'app', interleaved: false });
    expect(result['searchedLogStreams']).toEqual([]);
    expect(result['events']).toMatchObject([
      { logStreamName: 'acme', timestamp: NOW, message: 'ERROR disk full', ingestionTime: NOW, eventId: expect.stringMatching(/^\d{56}$/) },
      { logStreamName: 'globex' },
      { logStreamName: 'acme' },
      { logStreamName: 'globex' },
    ]);
  });

  it('selects streams by name and by prefix', async () => {
    expect((await filter({ logStreamNames: ['globex', 'other'] })).messages).toEqual(['ERROR timeout', 'error naïve']);
    expect((await filter({ logStreamNamePrefix: 'ac' })).messages).toEqual(['ERROR disk full', 'INFO "started"']);
  });

  it('includes both ends of a time range', async () => {
    expect((await filter({ startTime: NOW + 1, endTime: NOW + 2 })).messages).toEqual(['ERROR timeout', 'INFO "started"']);
  });

  it('returns pages', async () => {
    const first = await filter({ limit: 3 });
    expect(first.messages).toHaveLength(3);
    const last = await filter({ limit: 3, nextToken: first.nextToken });
    expect([last.messages, last.nextToken]).toEqual([['error naïve'], undefined]);
  });

  it.each<[string, string[]]>([
    ['', ['ERROR disk full', 'ERROR timeout', 'INFO "started"', 'error naïve']],
    ['  ', ['ERROR disk full', 'ERROR timeout', 'INFO "started"', 'error naïve']],
    ['ERROR', ['ERROR disk full', 'ERROR timeout']],
    ['ERROR full', ['ERROR disk full']],
    ['ERROR -timeout', ['ERROR disk full']],
    ['?timeout ?"\\"started"', ['ERROR timeout', 'INFO "started"']],
    ['"disk full"', ['ERROR disk full']],
    ['"full disk"', []],
    ['naïve', ['error naïve']],
    ['-ERROR -INFO', ['error naïve']],
  ])('matches the pattern %j', async (filterPattern, messages) => {
    expect((await filter({ filterPattern })).messages).toEqual(messages);
  });

  it.each<[string, number, string]>([
    ['{ $.level = "ERROR" }', 501, 'A JSON filter pattern'],
    ['[ip, user]', 501, 'A space-delimited filter pattern'],
    ['%ERR.*%', 501, 'A regular expression in a filter pattern'],
    ['?ERROR INFO', 501, 'A filter pattern with `?` terms and other terms'],
    ['"open', 400, 'Invalid filter pattern'],
    ['a.b', 400, 'Invalid filter pattern'],
    ['"a"b', 400, 'Invalid filter pattern'],
    [`"${'\\'.repeat(1000)}`, 400, 'Invalid filter pattern'],
    ['x'.repeat(1025), 400, 'length less than or equal to 1024'],
  ])('rejects the pattern %j', async (filterPattern, status, message) => {
    const response = await logs.send('FilterLogEvents', { logGroupName: 'app', filterPattern });
    expect(response).toMatchObject({ status, result: { message: expect.stringContaining(message) } });
  });
});
