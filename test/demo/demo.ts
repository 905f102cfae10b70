import { once } from 'node:events';
import type { LocalAws } from '@tenant-aws/local';
import { environmentFor, startNotesAws } from '../support/notes-aws.ts';
import { App, AppStartError } from './app-process.ts';
import { sessionPolicy } from './session-policy.ts';
import { type Outcome, StepRunner } from './step-runner.ts';
import * as print from './print.ts';
import { coldRequest, sections, tenants, warmRequest } from './steps.ts';
import { claimsOf } from './tokens.ts';

const WARM_REQUESTS = 20;

process.stdout.once('error', () => process.exit(1)); // stdout was closed: `| head`

const aws = await startNotesAws();
try {
  const app = await App.start(appEnvironment(aws));
  try {
    process.exitCode = await run(aws, app);
    if (process.argv.includes('--serve')) await serve(aws, app);
  } finally {
    await app.close();
  }
} catch (error) {
  if (!(error instanceof AppStartError)) throw error;
  print.failure('The app refused to start:', error.message);
  process.exitCode = 1;
} finally {
  await aws.close();
}

/**
 * Passes the caller's TENANT_AWS_TEMPLATE_SOURCE to the app, so that the demo can run with other templates. With NODE_ENV `test` the
 * app would not log the denials of AWS, which the demo reads.
 */
function appEnvironment(aws: LocalAws): NodeJS.ProcessEnv {
  const { TENANT_AWS_TEMPLATE_SOURCE } = process.env;
  return {
    ...environmentFor(aws),
    ...(TENANT_AWS_TEMPLATE_SOURCE === undefined ? {} : { TENANT_AWS_TEMPLATE_SOURCE }),
    NODE_ENV: 'production',
    PORT: '0',
  };
}

/** Runs and prints all sections. Returns the exit code. */
async function run(aws: LocalAws, app: App): Promise<0 | 1> {
  print.title('One Express app, one bucket, one table, one role; two tenants; no AWS account');
  print.fact("claims of acme's token", '');
  print.json(claimsOf(await aws.issuer.token({ tenant: 'acme' })));
  const policy = sessionPolicy('acme');
  print.fact('session policy of acme', `${policy.length} of the 2,048 characters that STS accepts`);
  print.json(JSON.parse(policy));

  const runner = new StepRunner(aws, app);
  const outcomes: Outcome[] = [];
  for (const { title, steps } of sections) {
    print.title(title);
    const results: Outcome[] = [];
    for (const step of steps) {
      const outcome = await runner.run(step);
      print.outcome(outcome);
      results.push(outcome);
    }
    const { awsError } = results.find((result) => result.awsError !== undefined) ?? {};
    if (awsError) print.note(`AWS to the app: ${awsError.code}: ${awsError.message}`);
    outcomes.push(...results);
  }

  const assumedOnce = await printCosts(aws, runner, outcomes);
  print.end(outcomes);
  return assumedOnce && outcomes.every(({ verdict }) => verdict.kind === 'passed') ? 0 : 1;
}

/** Prints times and AssumeRole calls. Returns whether there was one AssumeRole call for each tenant. */
async function printCosts(aws: LocalAws, runner: StepRunner, outcomes: readonly Outcome[]): Promise<boolean> {
  const warm: number[] = [];
  for (let sent = 0; sent < WARM_REQUESTS; sent += 1) warm.push((await runner.run(warmRequest)).milliseconds);
  const cold = outcomes.find(({ step }) => step === coldRequest)?.milliseconds ?? Number.NaN;
  const median = warm.toSorted((a, b) => a - b)[WARM_REQUESTS / 2] ?? Number.NaN;
  const assumed = aws.calls.filter(({ service, operation }) => service === 'sts' && operation === 'AssumeRole').length;
  const expected = tenants.length;

  print.title('Time and STS calls');
  print.fact('first request', `${cold.toFixed(0)} ms: the issuer's keys, one AssumeRole, one PutObject`);
  print.fact('later requests', `${median.toFixed(1)} ms: one GetObject (median of ${WARM_REQUESTS})`);
  print.fact('AssumeRole calls', `${assumed}: ${assumed === expected ? `one each for ${tenants.join(', ')}` : `must be ${expected}`}`);
  return assumed === expected;
}

/** Keeps everything running until a signal, and prints curl commands to try. */
async function serve({ issuer }: LocalAws, { url }: App): Promise<void> {
  print.title(`Still running, until Ctrl-C: ${url}`);
  for (const tenant of ['acme', 'globex']) {
    print.paste(`${tenant.toUpperCase()}='Authorization: Bearer ${await issuer.token({ tenant, expiresInSeconds: 3_600 })}'`);
  }
  print.paste('');
  print.paste(`curl -i -H "$ACME" '${url}/notes/plan'`);
  print.paste(`curl -i -H "$GLOBEX" '${url}/notes/plan'`);
  print.paste(`curl -i -H "$ACME" '${url}/files?prefix=acme/'`);
  print.paste(`curl -i -H "$ACME" '${url}/files/content?key=globex/notes/plan'`);
  print.paste(`curl -i -H "$ACME" '${url}/orders?customer=globex'`);
  print.paste(`curl -i -H "$ACME" -H 'Content-Type: application/json' -X PUT -d '{"text":"mine"}' '${url}/notes/today'`);
  print.paste(`curl -i '${url}/notes/plan'`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
}
