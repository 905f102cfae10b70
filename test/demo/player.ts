import type { LocalAws } from '@tenant-aws/local';
import type { AwsWords } from './app-process.ts';
import { type Evidence, type Judgement, judge } from './judge.ts';
import type { Sender, Step } from './story.ts';
import { authorization } from './tokens.ts';

/** The app that is played to, and what AWS said to it, where its log can be read. */
export interface Stage {
  readonly url: string;
  awsWords?(requestId: string): Promise<AwsWords>;
}

export interface Outcome {
  readonly step: Step;
  readonly judgement: Judgement;
  readonly status: number;
  readonly milliseconds: number;
  /** What AWS said, where AWS refused. */
  readonly words?: AwsWords;
}

/** Plays steps over HTTP, one after the other. */
export class Player {
  readonly #aws: LocalAws;
  readonly #app: Stage;
  readonly #headers = new Map<string, string | undefined>();

  constructor(aws: LocalAws, app: Stage) {
    this.#aws = aws;
    this.#app = app;
  }

  async play(step: Step): Promise<Outcome> {
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
    const { code, error = code, requestId } = members(text);
    const words = status === 403 && requestId !== undefined ? await this.#app.awsWords?.(requestId) : undefined;
    const heard: Evidence['words'] = this.#app.awsWords === undefined ? 'not read' : words;
    const seen = { ...(error === undefined ? {} : { code: error }), ...(heard === undefined ? {} : { words: heard }) };
    const judgement = judge(step, { status, text, calls: this.#aws.calls.slice(before), ...seen });
    return { step, judgement, status, milliseconds, ...(words === undefined ? {} : { words }) };
  }

  /** One token a sender, kept: a tenant's second request shows the same token again. */
  async #authorization(by: Sender): Promise<string | undefined> {
    const key = JSON.stringify(by);
    if (!this.#headers.has(key)) this.#headers.set(key, await authorization(this.#aws, by));
    return this.#headers.get(key);
  }
}

/** What the app's answers may have, where they are JSON: `error` and `requestId` are AWS's, `code` is the middleware's. */
function members(text: string): { readonly error?: string; readonly code?: string; readonly requestId?: string } {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
