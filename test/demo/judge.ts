import type { LocalAws } from '@tenant-aws/local';
import type { AwsWords } from './app-process.ts';
import type { Step } from './story.ts';

/** What came of a step. Only the first is as it must be. */
export type Judgement =
  | { readonly kind: 'as told'; readonly code?: string }
  | { readonly kind: 'leak'; readonly because: string }
  | { readonly kind: 'broken'; readonly because: string };

/** What was seen of a step: the app's answer, the calls that reached AWS meanwhile, and AWS's own words to the app. */
export interface Evidence {
  readonly status: number;
  readonly text: string;
  /** `error` of the app's answer (AWS's code), or `code` of the middleware's. */
  readonly code?: string;
  readonly calls: LocalAws['calls'];
  /** `not read` where the app's log cannot be read: then AWS's code in the app's answer has to do. Absent: AWS said nothing. */
  readonly words?: AwsWords | 'not read';
}

/** Judges by the answer *and* by what AWS decided: an app that fails by itself has denied nothing. */
export function judge({ by, expect }: Step, { status, text, code, calls, words }: Evidence): Judgement {
  const served = status >= 200 && status < 300;
  const answered = `it was answered ${status} ${code ?? text.slice(0, 60)}`;

  if (expect.kind === 'served') {
    if (!served) return broken(answered);
    if (expect.lacks !== undefined && text.includes(expect.lacks)) return leak(`it holds what another tenant wrote: ${expect.lacks}`);
    return expect.holds === undefined || text.includes(expect.holds) ? { kind: 'as told' } : broken(`it lacks ${expect.holds}`);
  }
  if (served) return leak(`must be ${expect.kind}, was served`);

  if (expect.kind === 'refused') {
    if (calls.length > 0) return broken('AWS was called for it');
    return status === expect.status && code === expect.code ? { kind: 'as told', code: expect.code } : broken(answered);
  }

  const session = 'tenant' in by ? by.tenant : undefined;
  const denied = calls.some((call) => call.operation === expect.operation && call.decision === 'denied' && call.tenantSession === session);
  if (!denied) return broken(`IAM denied no ${expect.operation} of ${session}: ${answered}`);
  const refusal = words === 'not read' ? code : words?.message.includes('is not authorized to perform') ? words.code : undefined;
  if (status !== 403 || !refusal?.startsWith('AccessDenied')) return broken(`IAM denied it, but ${answered}`);
  return { kind: 'as told', code: refusal };
}

const leak = (because: string): Judgement => ({ kind: 'leak', because });
const broken = (because: string): Judgement => ({ kind: 'broken', because });
