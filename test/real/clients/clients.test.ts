import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { localAws } from '../../support/local-aws-per-file.ts';
import { nodeFlags } from '../../support/node-flags.ts';
import { seed } from '../../support/notes-aws.ts';
import { clientEnvironment, keysOfAcme, NAMES, OUTCOMES, type Report } from './isolation-steps.ts';
import { run, runStepsByCli } from './steps-cli.ts';
import { workingOnes } from './working-clients.ts';

const aws = localAws();
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  await seed(aws, 'globex/note', 'of globex');
  env = clientEnvironment(aws, { ...(await keysOfAcme(aws)), ...NAMES });
});

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

async function reportOf(command: string, args: readonly string[]): Promise<Report> {
  const { ok, text } = await run(command, args, env);
  expect(ok, text).toBe(true);
  return JSON.parse(text) as Report;
}

const clis = await workingOnes(['aws', '/usr/bin/aws'], ['--version']);
const pythons = await workingOnes(['python3', '/usr/bin/python3'], ['-c', 'import boto3']);

it('finds an AWS CLI and a boto3 on this machine', () => {
  expect(clis.length, 'apt-get install awscli').toBeGreaterThan(0);
  expect(pythons.length, 'apt-get install python3-boto3').toBeGreaterThan(0);
});

describe('with environment variables only, acme reaches its own data and nothing else', () => {
  it('through the SDK v3 with lib-storage and the presigner', async () => {
    expect(await reportOf(process.execPath, [...nodeFlags, file('steps-sdk.ts')])).toEqual(OUTCOMES);
  });

  it.each(pythons)('through boto3 of %s', async (python) => {
    expect(await reportOf(python, [file('steps.py')])).toEqual(OUTCOMES);
  });

  it.each(clis)('through the AWS CLI: %s', async (cli) => {
    expect(await runStepsByCli(cli, env)).toEqual(OUTCOMES);
  });

  it.each(clis)('but the base keys reach no data through the AWS CLI: %s', async (cli) => {
    const report = await runStepsByCli(cli, clientEnvironment(aws));
    expect(new Set(Object.values(report))).toEqual(new Set(['denied']));
  });
});
