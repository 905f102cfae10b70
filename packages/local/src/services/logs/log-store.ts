import { AwsError } from '../service.ts';
import { comparePositions, type LogPosition } from './log-position.ts';

/** Times are in milliseconds since the epoch. */
export interface LogEvent extends LogPosition {
  readonly message: string;
  readonly ingestionTime: number;
}

export interface LogStream {
  readonly name: string;
  readonly creationTime: number;
  /** In the order of their positions. */
  readonly events: LogEvent[];
  lastIngestionTime?: number;
}

export interface LogGroup {
  readonly name: string;
  readonly creationTime: number;
  readonly streams: Map<string, LogStream>;
}

/** The log groups and their events, in memory. */
export class LogStore {
  readonly #groups = new Map<string, LogGroup>();
  #sequence = 0;

  groups(): readonly LogGroup[] {
    return [...this.#groups.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws {@link AwsError} ResourceAlreadyExistsException */
  createGroup(name: string, now: number): void {
    if (this.#groups.has(name)) throw alreadyExists('group');
    this.#groups.set(name, { name, creationTime: now, streams: new Map() });
  }

  /** @throws {@link AwsError} ResourceNotFoundException */
  group(name: string): LogGroup {
    return this.#groups.get(name) ?? notFound('group');
  }

  /** @throws {@link AwsError} ResourceNotFoundException, ResourceAlreadyExistsException */
  createStream(group: string, name: string, now: number): void {
    const { streams } = this.group(group);
    if (streams.has(name)) throw alreadyExists('stream');
    streams.set(name, { name, creationTime: now, events: [] });
  }

  /** @throws {@link AwsError} ResourceNotFoundException */
  stream(group: string, name: string): LogStream {
    return this.group(group).streams.get(name) ?? notFound('stream');
  }

  /** Adds events in chronological order. They can be older than those of the stream. */
  append(stream: LogStream, events: readonly Pick<LogEvent, 'timestamp' | 'message'>[], now: number): void {
    const latest = stream.events.at(-1)?.timestamp ?? 0;
    stream.lastIngestionTime = now;
    for (const event of events) stream.events.push({ ...event, ingestionTime: now, sequence: (this.#sequence += 1) });
    if ((events[0]?.timestamp ?? latest) < latest) stream.events.sort(comparePositions);
  }
}

function alreadyExists(kind: 'group' | 'stream'): AwsError {
  return new AwsError('ResourceAlreadyExistsException', 400, `The specified log ${kind} already exists`);
}

function notFound(kind: 'group' | 'stream'): never {
  throw new AwsError('ResourceNotFoundException', 400, `The specified log ${kind} does not exist.`);
}
