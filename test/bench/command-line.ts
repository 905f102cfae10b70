import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { lanes, lanesNamed } from './lanes/index.ts';
import type { Lane } from './lanes/lane.ts';

export interface BenchOptions {
  readonly isFull: boolean;
  readonly lanes: readonly Lane[];
  readonly json: string;
  readonly markdown: boolean;
  /** The folder for the CPU profiles of the servers. */
  readonly profiles: string | undefined;
}

/** A text to print instead of a benchmark, and the exit code. */
export interface Message {
  readonly text: string;
  readonly code: number;
}

const names = [...new Set(lanes.flatMap(({ name, group }) => (group === undefined ? [name] : [group, name])))];

const help = `npm run bench -- [options]

  --full          more and longer rounds, and the largest caches: about 15 minutes instead of 3
  --only <lane>   one lane; may be repeated: ${names.join(', ')}
  --json <file>   where to write all samples (default: test/bench/results/latest.json)
  --markdown      print only the report, to paste it into a document
  --cpu-prof <folder>  write a CPU profile of each server of the lanes that serve requests
  --help          print this text`;

const defaultJson = fileURLToPath(new URL('results/latest.json', import.meta.url));

export function readOptions(args: readonly string[]): BenchOptions | Message {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        full: { type: 'boolean', default: false },
        only: { type: 'string', multiple: true },
        json: { type: 'string' },
        markdown: { type: 'boolean', default: false },
        'cpu-prof': { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { text: help, code: 0 };
    const unknown = values.only?.find((name) => lanesNamed(name).length === 0);
    if (unknown !== undefined) return { text: `There is no lane \`${unknown}\`.\n\n${help}`, code: 1 };
    const selected =
      values.only?.flatMap(lanesNamed) ?? lanes.filter(({ onlyFull, onlyNamed }) => !onlyNamed && (values.full || !onlyFull));
    const json = values.json === undefined ? defaultJson : resolve(values.json);
    const profiles = values['cpu-prof'] === undefined ? undefined : resolve(values['cpu-prof']);
    return { isFull: values.full, lanes: selected, json, markdown: values.markdown, profiles };
  } catch (error) {
    return { text: `${error instanceof Error ? error.message : String(error)}\n\n${help}`, code: 1 };
  }
}
