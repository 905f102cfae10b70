import { styleText } from 'node:util';
import type { Outcome } from './step-runner.ts';
import type { Expectation } from './steps.ts';

const WIDTH = 96;
type Colour = 'green' | 'yellow' | 'red' | 'dim' | 'bold' | 'cyan';

/** Colours are for terminals only. `hasColors` also respects `NO_COLOR`. */
const paint = (colour: Colour, text: string, stream: NodeJS.WriteStream = process.stdout): string =>
  stream.isTTY && stream.hasColors() ? styleText(colour, text, { validateStream: false }) : text;
const print = (line = ''): void => void process.stdout.write(`${line}\n`);

export function title(text: string): void {
  print();
  print(paint('bold', text));
}

export function note(text: string): void {
  for (const line of wrapped(text, WIDTH - 2)) print(`  ${paint('dim', line)}`);
}

/** Prints to stderr why the demo did not run. */
export function failure(what: string, why: string): void {
  process.stderr.write(`${paint('red', what, process.stderr)}\n${why}\n`);
}

/** Prints a line to paste into a shell, without indentation. */
export function paste(line: string): void {
  print(line);
}

/** Prints one fact of the run: `label   text`. */
export function fact(label: string, text: string): void {
  print(`  ${paint('cyan', label.padEnd(24))}${text}`.trimEnd());
}

/** Prints JSON with one member a line. A value that fits on one line is not broken. */
export function json(value: unknown): void {
  for (const line of layOut(value, '', 0).split('\n')) print(`    ${line}`);
}

/** Prints one line a step, and under a leak or a failure its reason. */
export function outcome({ step, verdict, status }: Outcome): void {
  const sender = 'tenant' in step.by ? step.by.tenant : '-';
  const target = step.shows === undefined ? step.request : `${step.request} ${step.shows}`;
  const result = verdict.kind === 'passed' ? resultOf(step.expect, verdict.code) : String(status);
  print(`  ${label(step, verdict)} ${sender.padEnd(7)} ${target.padEnd(41)} ${result}`.trimEnd());
  if (verdict.kind !== 'passed') print(`          ${paint('red', verdict.because)}`);
}

function resultOf(expect: Expectation, code = ''): string {
  if (expect.kind === 'served') return '';
  return expect.kind === 'refused' ? `${expect.status} ${code}` : `${expect.operation.padEnd(18)} ${code}`;
}

function label({ expect }: Outcome['step'], { kind }: Outcome['verdict']): string {
  if (kind === 'leak') return paint('red', 'LEAK   ');
  if (kind === 'failed') return paint('red', 'FAILED ');
  return expect.kind === 'served' ? paint('green', 'ok     ') : paint('yellow', expect.kind.padEnd(7));
}

/** Prints the last line: the result, and how many steps it counts. */
export function end(outcomes: readonly Outcome[]): void {
  const leaks = outcomes.filter(({ verdict }) => verdict.kind === 'leak').length;
  const failures = outcomes.filter(({ verdict }) => verdict.kind === 'failed').length;
  const of = (kind: string): number =>
    outcomes.filter(({ step, verdict }) => step.expect.kind === kind && verdict.kind === 'passed').length;
  print();
  if (leaks + failures === 0)
    print(
      paint(
        'green',
        `ISOLATED: ${of('served')} own requests served, ${of('denied')} for another tenant's data denied by IAM, ${of('refused')} bad tokens refused.`,
      ),
    );
  else print(paint('red', `NOT ISOLATED: ${leaks} ${leaks === 1 ? 'leak' : 'leaks'}, ${failures} failed, of ${outcomes.length} steps.`));
}

/** @param taken characters before the value on its first line */
function layOut(value: unknown, indent: string, taken: number): string {
  const flat = oneLine(value);
  if (taken + flat.length <= WIDTH - 6 || typeof value !== 'object' || value === null) return flat;
  const inner = `${indent}  `;
  if (Array.isArray(value) && value.every((member) => typeof member === 'string')) {
    const [first = '', ...rest] = wrapped(flat, WIDTH - 6 - taken);
    return [first, ...wrapped(rest.join(' '), WIDTH - 6 - inner.length).map((line) => inner + line)].join('\n');
  }
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const members = Array.isArray(value)
    ? value.map((member) => layOut(member, inner, inner.length))
    : Object.entries(value).map(([key, member]) => {
        const name = `${JSON.stringify(key)}: `;
        return name + layOut(member, inner, inner.length + name.length);
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
