import type { PolicyDocument } from '@tenant-aws/policy';
import { describe, expect, it } from 'vitest';
import { decide, InvalidPolicyError } from '../../src/evaluator/index.ts';
import { allow, deny, getObject, listBucket, policy, request } from './iam.ts';

const everything = policy(allow('*'));
const own = policy({ ...allow('s3:GetObject', 'arn:aws:s3:::b/acme/*'), Sid: 'Own' });

describe('decide', () => {
  it('denies a request that no statement allows', () => {
    expect(decide(getObject('b/k'), { role: [] }).decision).toBe('implicit-deny');
    expect(decide(getObject('b/k'), { role: [policy(allow('sqs:*'))] }).decision).toBe('implicit-deny');
  });

  it('adds up the policies of a role', () => {
    const role = [policy(allow('sqs:*')), policy(allow('s3:GetObject'))];
    expect(decide(getObject('b/k'), { role }).decision).toBe('allow');
    expect(decide(request('sqs:SendMessage', '*'), { role }).decision).toBe('allow');
  });

  it('allows only what both the role and the session allow', () => {
    expect(decide(getObject('b/acme/x'), { role: [everything], session: own }).decision).toBe('allow');
    expect(decide(getObject('b/globex/x'), { role: [everything], session: own }).decision).toBe('implicit-deny');
    expect(decide(getObject('b/acme/x'), { role: [policy(allow('sqs:*'))], session: own }).decision).toBe('implicit-deny');
    expect(decide(getObject('b/globex/x'), { role: [own], session: everything }).decision).toBe('implicit-deny');
  });

  it('adds up several session policies, and denies everything for an empty list', () => {
    const session = [own, policy(allow('s3:GetObject', 'arn:aws:s3:::b/shared/*'))];
    expect(decide(getObject('b/shared/x'), { role: [everything], session }).decision).toBe('allow');
    expect(decide(getObject('b/globex/x'), { role: [everything], session }).decision).toBe('implicit-deny');
    expect(decide(getObject('b/acme/x'), { role: [everything], session: [] }).decision).toBe('implicit-deny');
  });

  it.each<[string, readonly PolicyDocument[], PolicyDocument | undefined]>([
    ['the same document', [policy(allow('*'), deny('s3:GetObject'))], undefined],
    ['the same document, before the Allow', [policy(deny('s3:GetObject'), allow('*'))], undefined],
    ['another policy of the role', [everything, policy(deny('s3:*'))], undefined],
    ['the session policy', [everything], policy(allow('*'), deny('s3:GetObject', 'arn:aws:s3:::b/*'))],
    ['the role, although the session policy allows the request', [policy(allow('*'), deny('s3:*'))], everything],
  ])('denies by a Deny in %s', (_, role, session) => {
    expect(decide(getObject('b/k'), { role, ...(session && { session }) }).decision).toBe('explicit-deny');
  });

  it('returns explicit-deny even if no statement allows the request', () => {
    expect(decide(getObject('b/k'), { role: [policy(deny('s3:*'))] }).decision).toBe('explicit-deny');
  });

  it('ignores a Deny whose condition is false', () => {
    const role = [policy(allow('*'), deny('s3:*', '*', { Bool: { 'aws:SecureTransport': 'false' } }))];
    expect(decide(getObject('b/k', { 'aws:SecureTransport': 'true' }), { role }).decision).toBe('allow');
    expect(decide(getObject('b/k', { 'aws:SecureTransport': 'false' }), { role }).decision).toBe('explicit-deny');
  });

  it('accepts a single statement instead of a list', () => {
    const role: PolicyDocument[] = [{ Version: '2012-10-17', Statement: allow('*') }];
    expect(decide(getObject('b/k'), { role }).decision).toBe('allow');
  });

  it('reads policies again after a document was added, removed or replaced', () => {
    const role = [everything];
    const policies: { role: PolicyDocument[]; session?: PolicyDocument | PolicyDocument[] } = { role };
    const decision = (): string => decide(getObject('b/globex/x'), policies).decision;
    expect(decision()).toBe('allow');
    policies.session = own;
    expect(decision()).toBe('implicit-deny');
    policies.session = [own, everything];
    expect(decision()).toBe('allow');
    policies.session.pop();
    expect(decision()).toBe('implicit-deny');
    delete policies.session;
    expect(decision()).toBe('allow');
    role.push(policy(deny('s3:*')));
    expect(decision()).toBe('explicit-deny');
    role.length = 0;
    expect(decision()).toBe('implicit-deny');
    policies.role = [everything];
    expect(decision()).toBe('allow');
  });

  it('decides by the policies of each caller, also if they share documents', () => {
    const callers = ['acme', 'globex'].map((tenant) => ({
      role: [everything],
      session: policy(allow('s3:GetObject', `arn:aws:s3:::b/${tenant}/*`)),
    }));
    for (let turn = 0; turn < 2; turn += 1) {
      const decisions = callers.map((policies) =>
        ['acme', 'globex'].map((tenant) => decide(getObject(`b/${tenant}/x`), policies).decision),
      );
      expect(decisions).toEqual([
        ['allow', 'implicit-deny'],
        ['implicit-deny', 'allow'],
      ]);
    }
  });

  it('changes neither the request nor the documents', () => {
    const frozen = Object.freeze(policy(Object.freeze(allow('*'))));
    const iamRequest = Object.freeze(getObject('b/k', Object.freeze({ 'aws:x': 'y' })));
    expect(decide(iamRequest, Object.freeze({ role: Object.freeze([frozen]) })).decision).toBe('allow');
  });
});

describe('the reason', () => {
  it('has the statements that allow, and reports the narrowest as the one that decided', () => {
    expect(decide(getObject('b/acme/x'), { role: [everything], session: own }).because).toEqual({
      statement: 'session[Own]',
      reason: '`s3:GetObject` on `arn:aws:s3:::b/acme/x` is allowed by role[0][0] and by session[Own]',
    });
    expect(decide(getObject('b/x'), { role: [own, everything] }).because.statement).toBe('role[1][0]');
  });

  it('has the statement that denies', () => {
    const session = [everything, policy(allow('*'), deny('s3:GetObject'))];
    expect(decide(getObject('b/x'), { role: [everything], session }).because).toEqual({
      statement: 'session[1][1]',
      reason: '`s3:GetObject` on `arn:aws:s3:::b/x` is denied by session[1][1]',
    });
  });

  it('has the statement that came closest to allowing', () => {
    const list = policy(allow('s3:*', 'arn:aws:s3:::other'), allow('s3:ListBucket', '*', { StringLike: { 's3:prefix': 'acme/*' } }));
    expect(decide(listBucket({ 's3:prefix': '' }), { role: [everything], session: list }).because).toEqual({
      statement: 'session[1]',
      reason:
        'no statement of the session policy allows `s3:ListBucket` on `arn:aws:s3:::b`; ' +
        'session[1] allows the action, but its condition StringLike on `s3:prefix` does not match',
    });
    expect(decide(getObject('b/globex/x'), { role: [own] }).because).toEqual({
      statement: 'role[0][Own]',
      reason:
        "no statement of the role's policies allows `s3:GetObject` on `arn:aws:s3:::b/globex/x`; " +
        'role[0][Own] allows the action, but only on other resources',
    });
  });

  it('has the variable that has no value', () => {
    const role = [policy(allow('s3:GetObject', 'arn:aws:s3:::b/${aws:PrincipalTag/tenant}/*'))];
    expect(decide(getObject('b/acme/x'), { role }).because.reason).toBe(
      "no statement of the role's policies allows `s3:GetObject` on `arn:aws:s3:::b/acme/x`; " +
        'role[0][0] allows the action, but only on resources with `${aws:PrincipalTag/tenant}`, which has no value in this request',
    );
  });

  it('has no statement if none matches the action', () => {
    expect(decide(request('sqs:SendMessage', '*'), { role: [own] }).because).toEqual({
      reason: "no statement of the role's policies allows `sqs:SendMessage` on `*`",
    });
  });
});

describe('invalid input', () => {
  it('throws for an invalid document, in every position', () => {
    const bad = { Version: '2012-10-17', Statement: { ...allow('*'), Condition: { StringEqual: { 'x:k': 'v' } } } } as const;
    for (const policies of [
      { role: [bad] },
      { role: [everything, bad] },
      { role: [everything], session: bad },
      { role: [], session: [own, bad] },
    ]) {
      expect(() => decide(getObject('b/k'), policies)).toThrow(InvalidPolicyError);
      // A second call throws the same error.
      expect(() => decide(getObject('b/k'), policies)).toThrow('`StringEqual` is not a condition operator');
    }
  });

  it('throws for a session policy of null, which is not the same as no session policy', () => {
    const policies = JSON.parse('{"role":[],"session":null}');
    expect(() => decide(getObject('b/k'), policies)).toThrow(InvalidPolicyError);
  });

  it.each(['5', 'null', '["a",1]', '{}', 'true'])('throws for a context value of %s', (value) => {
    const context = JSON.parse(`{"x:k":${value}}`);
    expect(() => decide(getObject('b/k', context), { role: [everything] })).toThrow(TypeError);
  });

  it('throws for a context key that is given twice in different case', () => {
    expect(() => decide(getObject('b/k', { 's3:prefix': 'a', 'S3:Prefix': 'b' }), { role: [everything] })).toThrow('given twice');
  });
});
