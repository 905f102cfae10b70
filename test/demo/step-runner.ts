import type { LocalAws } from '@tenant-aws/local';
import type { AwsError } from './app-process.ts';
import { checkStep, type Evidence, type Verdict } from './check-step.ts';
import type { Sender, Step } from './steps.ts';
import { authorization } from './tokens.ts';

/** The app that the steps are sent to. `awsError` is present where its log can be read. */
export interface AppUnderTest {
  readonly url: string;
  awsError?(): Promise<AwsError>;
}

export interface Outcome {
  readonly step: Step;
  readonly verdict: Verdict;
  readonly status: number;
  readonly milliseconds: number;
  /** The error that AWS returned, where it denied the call. */
  readonly awsError?: AwsError;
}

/** Sends steps over HTTP, one after the other. */
export class StepRunner {
  readonly #aws: LocalAws;
  readonly #app: AppUnderTest;
  readonly #headers = new Map<string, string | undefined>();

  constructor(aws: LocalAws, app: AppUnderTest) {
    this.#aws = aws;
    this.#app = app;
  }

  async run(step: Step): Promise<Outcome> {
    const [method = '', path = ''] = step.request.split(' ');
    const authorization = await this.#authorization(step.by);
    const before = this.#aws.calls.length;
    const start = performance.now();
    const response = await fetch(this.#app.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
      ...(step.body === undefined ? {} : { body: JSON.stringify(step.body) }),
    });
    const text = await response.text();
    const milliseconds = performance.now() - start;
    const { status } = response;
    const { code } = members(text);
    const awsError = code === 'aws_access_denied' ? await this.#app.awsError?.() : undefined;
    const logged: Evidence['awsError'] = this.#app.awsError === undefined ? 'not logged' : awsError;
    const seen = { ...(code === undefined ? {} : { code }), ...(logged === undefined ? {} : { awsError: logged }) };
    const verdict = checkStep(step, { status, text, calls: this.#aws.calls.slice(before), ...seen });
    return { step, verdict, status, milliseconds, ...(awsError === undefined ? {} : { awsError }) };
  }

  /** One token per sender: the second request of a tenant carries the same token. */
  async #authorization(by: Sender): Promise<string | undefined> {
    const key = JSON.stringify(by);
    if (!this.#headers.has(key)) this.#headers.set(key, await authorization(this.#aws, by));
    return this.#headers.get(key);
  }
}

/** The problem details of a response. */
function members(text: string): { readonly code?: string } {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
