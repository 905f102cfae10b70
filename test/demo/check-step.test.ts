import { describe, expect, it } from 'vitest';
import { checkStep, type Evidence } from './check-step.ts';
import type { Step } from './steps.ts';

const by = { tenant: 'acme' };
const own: Step = { by, request: 'GET /notes/plan', expect: { kind: 'served', includes: 'anvils', excludes: 'moon' } };
const foreign: Step = { by, request: 'GET /files/content?key=globex/notes/plan', expect: { kind: 'denied', operation: 'GetObject' } };
const badToken: Step = {
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
const awsError = { code: 'AccessDenied', message: 'User: x is not authorized to perform: s3:GetObject' };
const denial: Evidence = { status: 403, text: '{}', code: 'aws_access_denied', calls: [call], awsError };

describe('checkStep', () => {
  it.each<[string, Step, Evidence]>([
    ["a served request for the tenant's own data", own, { status: 200, text: 'anvils', calls: [] }],
    ['a denial with the error of AWS', foreign, denial],
    ["a denial where the app's log cannot be read", foreign, { ...denial, awsError: 'not logged' }],
    ['a bad token that was refused before AWS was called', badToken, { status: 401, text: '', code: 'token_invalid', calls: [] }],
  ])('passes %s', (_title, step, evidence) => {
    expect(checkStep(step, evidence).kind).toBe('passed');
  });

  it.each<[string, Step, Evidence]>([
    ["a served request for another tenant's data", foreign, { ...denial, status: 200 }],
    ["a response with another tenant's data", own, { status: 200, text: 'anvils and the moon', calls: [] }],
    ['a bad token that was served', badToken, { status: 200, text: '', calls: [] }],
  ])('reports a leak for %s', (_title, step, evidence) => {
    expect(checkStep(step, evidence).kind).toBe('leak');
  });

  it.each<[string, Step, Evidence]>([
    ["a denied request for the tenant's own data", own, denial],
    ['a response without the data that was written', own, { status: 200, text: 'nails', calls: [] }],
    ['a server error of the app where AWS denied nothing', foreign, { status: 500, text: 'oops', calls: [] }],
    ['a refusal by the app where AWS denied nothing', foreign, { ...denial, calls: [{ ...call, decision: 'allowed' }] }],
    ['a denial of another operation', foreign, { ...denial, calls: [{ ...call, operation: 'HeadObject' }] }],
    ["a denial of another tenant's session", foreign, { ...denial, calls: [{ ...call, tenantSession: 'globex' }] }],
    ['a denial without a code and without an error of AWS', foreign, { status: 403, text: '{}', calls: [call] }],
    ['a denial without a logged error of AWS', foreign, { status: 403, text: '{}', code: 'aws_access_denied', calls: [call] }],
    ['a denial with another logged error of AWS', foreign, { ...denial, awsError: { code: 'NoSuchKey', message: 'no such key' } }],
    ["a denial with the app's own code where its log cannot be read", foreign, { ...denial, code: 'forbidden', awsError: 'not logged' }],
    ['a refusal of the signature instead of a denial by policy', foreign, { ...denial, calls: [{ ...call, decision: 'refused' }] }],
    ['a bad token that was refused with another code', badToken, { status: 403, text: '', code: 'tenant_invalid', calls: [] }],
    ['a bad token with which AWS was called', badToken, { status: 401, text: '', code: 'token_invalid', calls: [call] }],
  ])('fails %s', (_title, step, evidence) => {
    expect(checkStep(step, evidence).kind).toBe('failed');
  });
});
