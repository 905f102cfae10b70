import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { localAws } from '../../support/local-aws-per-file.ts';
import { nodeFlags } from '../../support/node-flags.ts';
import { seed } from '../../support/notes-aws.ts';
import { clientEnvironment, keysOfAcme, NAMES, STORY, type Told } from './story.ts';
import { run, tellByCli } from './story-cli.ts';

const aws = localAws();
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  await seed(aws, 'globex/note', 'of globex');
  env = clientEnvironment(aws, { ...(await keysOfAcme(aws)), ...NAMES });
});

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** One way to call a client, and another where the first is a version manager's and both are there. */
async function thoseThat(candidates: readonly string[], probe: readonly string[]): Promise<string[]> {
  const answers = await Promise.all(candidates.map(async (command) => ({ command, ...(await run(command, probe, process.env)) })));
  return answers.filter(({ ok }) => ok).map(({ command }) => command);
}

async function toldBy(command: string, args: readonly string[]): Promise<Told> {
  const { ok, text } = await run(command, args, env);
  expect(ok, text).toBe(true);
  return JSON.parse(text) as Told;
}

const clis = await thoseThat(['aws', '/usr/bin/aws'], ['--version']);
const pythons = await thoseThat(['python3', '/usr/bin/python3'], ['-c', 'import boto3']);

it('finds an AWS CLI and a boto3 on this machine', () => {
  expect(clis.length, 'apt-get install awscli').toBeGreaterThan(0);
  expect(pythons.length, 'apt-get install python3-boto3').toBeGreaterThan(0);
});

describe('by environment variables alone, acme reaches its own data and nothing else', () => {
  it('through the SDK v3 with lib-storage and the presigner', async () => {
    expect(await toldBy(process.execPath, [...nodeFlags, file('story-sdk.ts')])).toEqual(STORY);
  });

  it.each(pythons)('through boto3 of %s', async (python) => {
    expect(await toldBy(python, [file('story.py')])).toEqual(STORY);
  });

  it.each(clis)('through the AWS CLI: %s', async (cli) => {
    expect(await tellByCli(cli, env)).toEqual(STORY);
  });

  it.each(clis)('and the base keys reach nobody through the AWS CLI: %s', async (cli) => {
    const told = await tellByCli(cli, clientEnvironment(aws));
    expect(new Set(Object.values(told))).toEqual(new Set(['denied']));
  });
});
