import { describe, expect, it } from 'vitest';
import { type Evidence, judge } from './judge.ts';
import type { Step } from './story.ts';

const by = { tenant: 'acme' };
const own: Step = { by, request: 'GET /notes/plan', expect: { kind: 'served', holds: 'anvils', lacks: 'moon' } };
const foreign: Step = { by, request: 'GET /files/content?key=globex/notes/plan', expect: { kind: 'denied', operation: 'GetObject' } };
const stranger: Step = {
  by: { token: 'forged' },
  request: 'GET /notes/plan',
  expect: { kind: 'refused', status: 401, code: 'token_invalid' },
};

const call = {
  service: 's3',
  operation: 'GetObject',
  accessKeyId: 'ASIA',
  tenantSession: 'acme',
  decision: 'denied',
  at: new Date(0),
} as const;
const words = { code: 'AccessDenied', message: 'User: x is not authorized to perform: s3:GetObject' };
const denial: Evidence = { status: 403, text: '{}', code: 'AccessDenied', calls: [call], words };

describe('judge', () => {
  it.each<[string, Step, Evidence]>([
    ['an own request that was served', own, { status: 200, text: 'anvils', calls: [] }],
    ['a denial that AWS decided and put into its own words', foreign, denial],
    ["a denial by AWS's code, where the app's log cannot be read", foreign, { ...denial, words: 'not read' }],
    ['a bad token that was refused before AWS was asked', stranger, { status: 401, text: '', code: 'token_invalid', calls: [] }],
  ])('finds as told %s', (_what, step, evidence) => {
    expect(judge(step, evidence).kind).toBe('as told');
  });

  it.each<[string, Step, Evidence]>([
    ["a neighbour's data that was served", foreign, { ...denial, status: 200 }],
    ["an own answer that holds a neighbour's data", own, { status: 200, text: 'anvils and the moon', calls: [] }],
    ['a bad token that was served', stranger, { status: 200, text: '', calls: [] }],
  ])('calls a leak %s', (_what, step, evidence) => {
    expect(judge(step, evidence).kind).toBe('leak');
  });

  it.each<[string, Step, Evidence]>([
    ['an own request that was denied', own, denial],
    ['an own answer that lacks what was written', own, { status: 200, text: 'nails', calls: [] }],
    ['an app that fails by itself, though AWS denied nothing', foreign, { status: 500, text: 'oops', calls: [] }],
    ['an app that refuses by itself, though AWS denied nothing', foreign, { ...denial, calls: [{ ...call, decision: 'allowed' }] }],
    ['a denial of another operation', foreign, { ...denial, calls: [{ ...call, operation: 'HeadObject' }] }],
    ["a denial of another tenant's session", foreign, { ...denial, calls: [{ ...call, tenantSession: 'globex' }] }],
    ["a denial without AWS's words", foreign, { status: 403, text: '{}', calls: [call] }],
    [
      "a denial with AWS's code, of which AWS said nothing to the app",
      foreign,
      { status: 403, text: '{}', code: 'AccessDenied', calls: [call] },
    ],
    ["a denial by a code of the app's own, where its log cannot be read", foreign, { ...denial, code: 'forbidden', words: 'not read' }],
    ['a refusal by signature, not by policy', foreign, { ...denial, calls: [{ ...call, decision: 'refused' }] }],
    ['a bad token that was refused by another code', stranger, { status: 403, text: '', code: 'tenant_invalid', calls: [] }],
    ['a bad token with which AWS was called', stranger, { status: 401, text: '', code: 'token_invalid', calls: [call] }],
  ])('calls broken %s', (_what, step, evidence) => {
    expect(judge(step, evidence).kind).toBe('broken');
  });
});
