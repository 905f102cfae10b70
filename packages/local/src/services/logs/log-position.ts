import { invalidParameter } from './names.ts';

/** The position of an event among the events of all streams. */
export interface LogPosition {
  readonly timestamp: number;
  /** Unique. Increases with each event. */
  readonly sequence: number;
}

/** A token of GetLogEvents: `f` reads the events after the position, `b` those before it. */
export interface LogToken {
  readonly direction: 'f' | 'b';
  readonly position: LogPosition;
}

/** Before every event. */
export const START: LogPosition = { timestamp: 0, sequence: 0 };

const TOKEN = /^([fb])\/(\d{20})(\d{36})\/s$/;

export function comparePositions(a: LogPosition, b: LogPosition): number {
  return a.timestamp - b.timestamp || a.sequence - b.sequence;
}

/** A token of the same form as on AWS. It names a position only: the events are those of the request's stream or log group. */
export function formatToken({ direction, position }: LogToken): string {
  return `${direction}/${String(position.timestamp).padStart(20, '0')}${String(position.sequence).padStart(36, '0')}/s`;
}

/** @throws {@link AwsError} InvalidParameterException */
export function parseToken(text: string): LogToken {
  const [, direction, timestamp, sequence] = TOKEN.exec(text) ?? [];
  if (direction !== 'f' && direction !== 'b') throw invalidParameter('The specified nextToken is invalid.');
  return { direction, position: { timestamp: Number(timestamp), sequence: Number(sequence) } };
}
