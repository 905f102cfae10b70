import { once } from 'node:events';
import type { LocalAws } from '@tenant-aws/local';
import { environmentFor, startNotesAws } from '../support/notes-aws.ts';
import { App, AppStartError } from './app-process.ts';
import { sessionPolicy } from './session-policy.ts';
import { type Outcome, Player } from './player.ts';
import * as print from './print.ts';
import { coldRequest, story, tenants, warmRequest } from './story.ts';
import { claimsOf } from './tokens.ts';

const WARM_REQUESTS = 20;

process.stdout.once('error', () => process.exit(1)); // the reader has seen enough: `| head`

const aws = await startNotesAws();
try {
  const app = await App.start(appEnvironment(aws));
  try {
    process.exitCode = await tell(aws, app);
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

/** A template source of the caller's own is the app's, too: it is how a broken template is tried. */
function appEnvironment(aws: LocalAws): NodeJS.ProcessEnv {
  const { TENANT_AWS_TEMPLATE_SOURCE } = process.env;
  return { ...environmentFor(aws), ...(TENANT_AWS_TEMPLATE_SOURCE === undefined ? {} : { TENANT_AWS_TEMPLATE_SOURCE }), PORT: '0' };
}

/** The whole story; answers the exit code. */
async function tell(aws: LocalAws, app: App): Promise<0 | 1> {
  print.title('One Express app, one bucket, one table, one role; two tenants; no AWS account');
  print.fact("acme's token says", '');
  print.json(claimsOf(await aws.issuer.token({ tenant: 'acme' })));
  const policy = sessionPolicy('acme');
  print.fact('and becomes this policy', `${policy.length} of the 2,048 characters that STS takes`);
  print.json(JSON.parse(policy));

  const player = new Player(aws, app);
  const outcomes: Outcome[] = [];
  for (const { title, steps } of story) {
    print.title(title);
    const told: Outcome[] = [];
    for (const step of steps) {
      const outcome = await player.play(step);
      print.outcome(outcome);
      told.push(outcome);
    }
    const words = told.find(({ words }) => words !== undefined)?.words;
    if (words) print.note(`AWS to the app: ${words.code}: ${words.message}`);
    outcomes.push(...told);
  }

  const costsAsTold = await costs(aws, player, outcomes);
  print.end(outcomes);
  return costsAsTold && outcomes.every(({ judgement }) => judgement.kind === 'as told') ? 0 : 1;
}

/** What it took, in calls to STS and in time. */
async function costs(aws: LocalAws, player: Player, outcomes: readonly Outcome[]): Promise<boolean> {
  const warm: number[] = [];
  for (let sent = 0; sent < WARM_REQUESTS; sent += 1) warm.push((await player.play(warmRequest)).milliseconds);
  const cold = outcomes.find(({ step }) => step === coldRequest)?.milliseconds ?? Number.NaN;
  const median = warm.toSorted((a, b) => a - b)[WARM_REQUESTS / 2] ?? Number.NaN;
  const assumed = aws.calls.filter(({ service, operation }) => service === 'sts' && operation === 'AssumeRole').length;
  const expected = tenants.length;

  print.title('What it took');
  print.fact('first request', `${cold.toFixed(0)} ms: the issuer's keys, one AssumeRole, one PutObject`);
  print.fact('the next ones', `${median.toFixed(1)} ms: one GetObject (median of ${WARM_REQUESTS})`);
  print.fact('AssumeRole, all told', `${assumed}: ${assumed === expected ? `one each for ${tenants.join(', ')}` : `must be ${expected}`}`);
  return assumed === expected;
}

/** Leaves it all running until a signal, for the reader's own tries. */
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
