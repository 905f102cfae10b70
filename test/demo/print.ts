import { styleText } from 'node:util';
import type { Outcome } from './player.ts';
import type { Expectation } from './story.ts';

const WIDTH = 96;
type Colour = 'green' | 'yellow' | 'red' | 'dim' | 'bold' | 'cyan';

/** Colours belong to a terminal, and `NO_COLOR` turns them off there, too: `hasColors` knows both. */
const paint = (colour: Colour, text: string, stream: NodeJS.WriteStream = process.stdout): string =>
  stream.isTTY && stream.hasColors() ? styleText(colour, text, { validateStream: false }) : text;
const say = (line = ''): void => void process.stdout.write(`${line}\n`);

export function title(text: string): void {
  say();
  say(paint('bold', text));
}

export function note(text: string): void {
  for (const line of wrapped(text, WIDTH - 2)) say(`  ${paint('dim', line)}`);
}

/** Why there is no story, for stderr. */
export function failure(what: string, why: string): void {
  process.stderr.write(`${paint('red', what, process.stderr)}\n${why}\n`);
}

/** A line to paste into a shell: nothing before it. */
export function paste(line: string): void {
  say(line);
}

/** `label   text`: one fact of the run. */
export function fact(label: string, text: string): void {
  say(`  ${paint('cyan', label.padEnd(24))}${text}`.trimEnd());
}

/** JSON as a person would break it: a member a line, and what fits on a line left on it. */
export function json(value: unknown): void {
  for (const line of broken(value, '', 0).split('\n')) say(`    ${line}`);
}

/** One line a step; under a leak or a breakage, why. */
export function outcome({ step, judgement, status }: Outcome): void {
  const who = 'tenant' in step.by ? step.by.tenant : 'nobody';
  const target = step.shows === undefined ? step.request : `${step.request} ${step.shows}`;
  const answer = judgement.kind === 'as told' ? answers(step.expect, judgement.code) : String(status);
  say(`  ${verdict(step, judgement)} ${who.padEnd(7)} ${target.padEnd(41)} ${answer}`.trimEnd());
  if (judgement.kind !== 'as told') say(`          ${paint('red', judgement.because)}`);
}

function answers(expect: Expectation, code = ''): string {
  if (expect.kind === 'served') return '';
  return expect.kind === 'refused' ? `${expect.status} ${code}` : `${expect.operation.padEnd(18)} ${code}`;
}

function verdict({ expect }: Outcome['step'], { kind }: Outcome['judgement']): string {
  if (kind === 'leak') return paint('red', 'LEAK   ');
  if (kind === 'broken') return paint('red', 'BROKEN ');
  return expect.kind === 'served' ? paint('green', 'ok     ') : paint('yellow', expect.kind.padEnd(7));
}

/** The last line, and what it rests on. */
export function end(outcomes: readonly Outcome[]): void {
  const leaks = outcomes.filter(({ judgement }) => judgement.kind === 'leak').length;
  const breakages = outcomes.filter(({ judgement }) => judgement.kind === 'broken').length;
  const of = (kind: string): number =>
    outcomes.filter(({ step, judgement }) => step.expect.kind === kind && judgement.kind === 'as told').length;
  say();
  if (leaks + breakages === 0)
    say(
      paint(
        'green',
        `ISOLATED: ${of('served')} own requests served, ${of('denied')} on a neighbour's data denied by IAM, ${of('refused')} bad tokens refused.`,
      ),
    );
  else say(paint('red', `NOT ISOLATED: ${leaks} ${leaks === 1 ? 'leak' : 'leaks'}, ${breakages} broken, of ${outcomes.length} steps.`));
}

/** @param taken what stands before it on its first line */
function broken(value: unknown, indent: string, taken: number): string {
  const flat = oneLine(value);
  if (taken + flat.length <= WIDTH - 6 || typeof value !== 'object' || value === null) return flat;
  const inner = `${indent}  `;
  if (Array.isArray(value) && value.every((member) => typeof member === 'string')) {
    const [first = '', ...rest] = wrapped(flat, WIDTH - 6 - taken);
    return [first, ...wrapped(rest.join(' '), WIDTH - 6 - inner.length).map((line) => inner + line)].join('\n');
  }
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const members = Array.isArray(value)
    ? value.map((member) => broken(member, inner, inner.length))
    : Object.entries(value).map(([key, member]) => {
        const name = `${JSON.stringify(key)}: `;
        return name + broken(member, inner, inner.length + name.length);
      });
  return `${open}\n${members.map((member) => inner + member).join(',\n')}\n${indent}${close}`;
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, member]) => `${JSON.stringify(key)}: ${oneLine(member)}`)
    .join(', ')} }`;
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!;
    if (last !== '' && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}
