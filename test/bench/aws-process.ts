// The local AWS of the benchmarks, in its own process: its work is not measured as work of a candidate.
import { environmentFor, startNotesAws } from '../support/notes-aws.ts';
import { answerParent } from './child.ts';
import { type Issuer, issuerOf } from './issuer.ts';
import { benchToken } from './token.ts';

/** What a candidate needs: the environment of its process, and the issuer of the tokens. */
export interface BenchAws {
  readonly env: NodeJS.ProcessEnv;
  readonly issuer: Issuer;
}

export type AwsCommand = { readonly tenants: readonly string[] } | { readonly delayMs: number };

const aws = await startNotesAws();

answerParent({ env: { ...environmentFor(aws), NODE_ENV: 'production' }, issuer: await issuerOf(aws) }, async (command: AwsCommand) => {
  aws.calls.length = 0; // otherwise the array grows with each AssumeRole
  if ('tenants' in command) return { tokens: await Promise.all(command.tenants.map((tenant) => benchToken(aws.issuer, tenant))) };
  aws.faults.clear();
  if (command.delayMs > 0) aws.faults.sts({ delayMs: command.delayMs });
  return {};
});
