/**
 * Writes what the README says of operations, from the tables that requests are judged by.
 *
 *   node --conditions=source packages/local/generate.ts            writes
 *   node --conditions=source packages/local/generate.ts --check    exits 1 where the README says otherwise
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { DENIED_OPERATIONS, DYNAMODB_OPERATIONS } from './src/services/dynamodb/operations.ts';
import { COMMON_CONDITION_KEYS } from './src/services/s3/authorization.ts';
import { S3_OPERATIONS } from './src/services/s3/operations.ts';
import { SNS_OPERATIONS } from './src/services/sns/operations.ts';
import { SQS_OPERATIONS } from './src/services/sqs/operations.ts';
import { STS_OPERATIONS } from './src/sts/operations.ts';

const readme = new URL('README.md', import.meta.url);
const BEGIN = '<!-- operations: written by generate.ts -->';
const END = '<!-- /operations -->';

interface Documented {
  readonly operation: string;
  readonly actions: readonly string[];
  readonly furtherActions?: readonly (readonly [action: string, when: string])[];
  readonly conditionKeys?: readonly string[];
}

const services: readonly (readonly [string, readonly Documented[]])[] = [
  ['STS', STS_OPERATIONS.map(({ operation }) => ({ operation, actions: operation.startsWith('Get') ? [] : [`sts:${operation}`] }))],
  ['S3', S3_OPERATIONS],
  ['DynamoDB', DYNAMODB_OPERATIONS],
  ['SQS', SQS_OPERATIONS],
  ['SNS', SNS_OPERATIONS],
];

function rowOf({ operation, actions, furtherActions = [], conditionKeys = [] }: Documented): string {
  const asked = [...actions.map(code), ...furtherActions.map(([action, when]) => `${code(action)} ${when}`)];
  return `| ${operation} | ${asked.join('<br>')} | ${conditionKeys.map(code).join(' ')} |`;
}

const code = (text: string): string => `\`${text}\``;

function tables(): string {
  const parts = services.map(([name, rows]) =>
    [`### ${name}`, '', '| operation | asks for | condition keys of its own |', '| --- | --- | --- |', ...rows.map(rowOf), ''].join('\n'),
  );
  const common = `Every request of S3 has ${COMMON_CONDITION_KEYS.map(code).join(', ')}, the age where it is presigned.\n`;
  return `${parts.join('\n')}\n${common}\nPartiQL (${[...DENIED_OPERATIONS].join(', ')}) is denied to everybody: a statement without a key condition names no leading key.\n`;
}

/** A formatter pads the columns of a table: it says the same with and without. */
const plain = (text: string): string => text.replaceAll(/ {2,}/g, ' ').replaceAll(/-{3,}/g, '---');

const text = readFileSync(readme, 'utf8');
const [before, rest] = text.split(BEGIN);
const [within, after] = rest?.split(END) ?? [];
if (before === undefined || within === undefined || after === undefined) throw new Error('README.md has no place for the operations');
const written = `\n\n${tables()}\n`;
if (plain(written) === plain(within)) console.log('packages/local/README.md is as the tables are');
else if (process.argv.includes('--check')) {
  console.error('packages/local/README.md is not as the tables are: run node --conditions=source packages/local/generate.ts');
  process.exitCode = 1;
} else writeFileSync(readme, `${before}${BEGIN}${written}${END}${after}`);
