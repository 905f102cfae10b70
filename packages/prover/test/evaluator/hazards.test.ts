import type { Condition, Statement } from '@tenant-aws/policy';
import { describe, expect, it } from 'vitest';
import { type Decision, decide, type IamRequest } from '../../src/evaluator/index.ts';
import { allow, decision, deny, getItem, getObject, listBucket, policy, request, TABLE } from './iam.ts';

/** How tenant policies leak: the decision of IAM in each case, on which lint and the proof depend. */

const LEADING = 'dynamodb:LeadingKeys';
const ACME = { [LEADING]: ['acme'] };
const GLOBEX = { [LEADING]: ['globex'] };
const MIXED = { [LEADING]: ['acme', 'globex'] };

function isAllowed(iamRequest: IamRequest, ...statements: Statement[]): boolean {
  return decision(iamRequest, ...statements) === 'allow';
}

function items(condition: Condition, action: string | string[] = 'dynamodb:*'): Statement {
  return allow(action, [TABLE, `${TABLE}/index/*`], condition);
}

function onTable(action: string, context: IamRequest['context'] = {}): IamRequest {
  return request(`dynamodb:${action}`, TABLE, context);
}

describe('ForAllValues without the key', () => {
  const bare = items({ 'ForAllValues:StringEquals': { [LEADING]: ['acme'] } });
  const guarded = items({ 'ForAllValues:StringEquals': { [LEADING]: ['acme'] }, Null: { [LEADING]: 'false' } });

  it.each(['Scan', 'DescribeTable', 'DeleteTable', 'ExportTableToPointInTime'])('allows %s, unless Null requires the key', (action) => {
    expect(isAllowed(onTable(action), bare)).toBe(true);
    expect(isAllowed(onTable(action), guarded)).toBe(false);
  });

  it('allows with Null to read an own item, and denies the scan of an index', () => {
    expect(isAllowed(getItem(ACME), guarded)).toBe(true);
    expect(isAllowed(getItem(GLOBEX), guarded)).toBe(false);
    expect(isAllowed(request('dynamodb:Scan', `${TABLE}/index/by-date`), guarded)).toBe(false);
  });
});

describe('a condition key that the action does not send', () => {
  const statement = (operator: string) => allow('s3:List*', 'arn:aws:s3:::b', { [operator]: { 's3:prefix': 'acme/*' } });
  const uploads = request('s3:ListBucketMultipartUploads', 'arn:aws:s3:::b');

  it('allows the action under IfExists and denies it without IfExists', () => {
    expect(isAllowed(uploads, statement('StringLikeIfExists'))).toBe(true);
    expect(isAllowed(uploads, statement('StringLike'))).toBe(false);
  });
});

describe('a misspelt condition key', () => {
  it.each(['dynamodb:LeadingKey', 'dynamodb: LeadingKeys'])(
    '%s allows everything under ForAllValues, IfExists and negated operators',
    (key) => {
      for (const operator of ['ForAllValues:StringEquals', 'StringEqualsIfExists', 'StringNotEquals']) {
        expect([operator, isAllowed(getItem(GLOBEX), items({ [operator]: { [key]: ['acme'] } }))]).toEqual([operator, true]);
      }
      expect(isAllowed(getItem(ACME), items({ StringEquals: { [key]: ['acme'] } }))).toBe(false);
    },
  );

  it('is not misspelt if only its case differs', () => {
    const statement = items({ 'ForAllValues:StringEquals': { 'DYNAMODB:leadingkeys': ['acme'] } });
    expect(isAllowed(getItem(ACME), statement)).toBe(true);
    expect(isAllowed(getItem(GLOBEX), statement)).toBe(false);
  });
});

it('allows under ForAnyValue a batch of own and foreign keys', () => {
  expect(isAllowed(onTable('BatchGetItem', MIXED), items({ 'ForAnyValue:StringEquals': { [LEADING]: ['acme'] } }))).toBe(true);
  expect(isAllowed(onTable('BatchGetItem', MIXED), items({ 'ForAllValues:StringEquals': { [LEADING]: ['acme'] } }))).toBe(false);
});

describe('negated operators', () => {
  it('are true if the key is absent', () => {
    expect(isAllowed(listBucket(), allow('s3:ListBucket', '*', { StringNotEquals: { 's3:prefix': 'globex/' } }))).toBe(true);
    expect(isAllowed(getObject('b/k'), allow('s3:*', '*', { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }))).toBe(true);
    expect(isAllowed(getObject('b/k'), allow('s3:*', '*', { ArnNotLike: { 'aws:SourceArn': 'arn:aws:s3:::x' } }))).toBe(true);
  });
});

describe('the prefix of a listing', () => {
  const own = allow('s3:ListBucket', 'arn:aws:s3:::b', { StringLike: { 's3:prefix': 'acme/*' } });

  it.each([
    ['acme/', true],
    ['acme/2026/', true],
    ['acme', false],
    ['acme-2/', false],
    ['ac', false],
    ['', false],
    [undefined, false],
  ])('%j with a policy for the own folder: %s', (prefix, allowed) => {
    expect(isAllowed(listBucket(prefix === undefined ? {} : { 's3:prefix': prefix }), own)).toBe(allowed);
  });

  it('may be absent or empty if no condition requires it', () => {
    const bare = allow('s3:ListBucket', 'arn:aws:s3:::b');
    expect(isAllowed(listBucket(), bare)).toBe(true);
    expect(isAllowed(listBucket({ 's3:prefix': '' }), bare)).toBe(true);
  });

  it('lists the keys of tenants with a similar id if the policy also has the bare tenant id', () => {
    const article = allow('s3:ListBucket', 'arn:aws:s3:::b', { StringLike: { 's3:prefix': ['acme', 'acme/', 'acme/*'] } });
    expect(isAllowed(listBucket({ 's3:prefix': 'acme' }), article)).toBe(true);
  });
});

it('has wildcards under StringLike and not under StringEquals', () => {
  expect(isAllowed(listBucket({ 's3:prefix': 'globex/' }), allow('s3:*', '*', { StringLike: { 's3:prefix': '*' } }))).toBe(true);
  expect(isAllowed(listBucket({ 's3:prefix': 'globex/' }), allow('s3:*', '*', { StringEquals: { 's3:prefix': '*' } }))).toBe(false);
});

it('does not distinguish ACME and acme under StringEqualsIgnoreCase', () => {
  expect(isAllowed(listBucket({ 's3:prefix': 'ACME' }), allow('s3:*', '*', { StringEqualsIgnoreCase: { 's3:prefix': 'acme' } }))).toBe(
    true,
  );
});

it('allows requests without the key under Null true', () => {
  const unlessTagged = items({ Null: { [LEADING]: 'true' } });
  expect(isAllowed(onTable('Scan'), unlessTagged)).toBe(true);
  expect(isAllowed(getItem(ACME), unlessTagged)).toBe(false);
});

it('allows the data of both tenants in one list', () => {
  const union = items({ 'ForAllValues:StringEquals': { [LEADING]: ['acme', 'globex'] } });
  expect(isAllowed(getItem(GLOBEX), union)).toBe(true);
});

describe('names without a delimiter', () => {
  it.each([
    ['arn:aws:s3:::b/acme*', 'b/acme-2/x'],
    ['arn:aws:s3:::acme-*', 'acme-2-data/x'],
    ['arn:aws:s3:::b/*', 'b/globex/x'],
    ['arn:aws:s3:::b/*/*', 'b/globex/x'],
    ['arn:aws:s3:::b/ac?e/*', 'b/acne/x'],
  ])('let %s match %s', (resource, path) => {
    expect(isAllowed(getObject(path), allow('s3:GetObject', resource))).toBe(true);
  });

  it("let one tenant's queue match another's dead-letter queue", () => {
    const sqs = (name: string) => `arn:aws:sqs:us-east-1:111122223333:${name}`;
    expect(isAllowed(request('sqs:SendMessage', sqs('app_acme_dlq')), allow('sqs:SendMessage', sqs('app_acme_dlq')))).toBe(true);
    expect(isAllowed(request('sqs:SendMessage', sqs('app_acme_dlq')), allow('sqs:SendMessage', sqs('app_acme*')))).toBe(true);
  });

  it("let a tenant manage another account's queue of the same name", () => {
    const article = allow('sqs:*', 'arn:aws:sqs:*:*:acme_queue');
    for (const action of ['AddPermission', 'SetQueueAttributes', 'PurgeQueue', 'DeleteQueue']) {
      expect(isAllowed(request(`sqs:${action}`, 'arn:aws:sqs:eu-west-1:999988887777:acme_queue'), article)).toBe(true);
    }
    expect(isAllowed(request('sqs:SendMessage', 'arn:aws:sqs:eu-west-1:999988887777:globex_queue'), article)).toBe(false);
  });
});

describe('values with IAM syntax', () => {
  it('can be written so that they match only themselves', () => {
    const literal = allow('s3:*', 'arn:aws:s3:::b/${*}/*');
    expect(isAllowed(getObject('b/*/x'), literal)).toBe(true);
    expect(isAllowed(getObject('b/globex/x'), literal)).toBe(false);
  });

  it('are evaluated if they are variables, with or without a default', () => {
    const role = (id: string) => allow('s3:*', `arn:aws:s3:::b/${id}/*`);
    expect(isAllowed(getObject('b/globex/x', { 'aws:PrincipalTag/t': 'globex' }), role('${aws:PrincipalTag/t}'))).toBe(true);
    expect(isAllowed(getObject('b/globex/x', { 'aws:username': 'globex' }), role('${aws:username}'))).toBe(true);
    expect(isAllowed(getObject('b/globex/x'), role("${aws:PrincipalTag/t, 'globex'}"))).toBe(true);
  });

  it('are literals to IAM if they are wildcards of MQTT', () => {
    const topic = (name: string) => `arn:aws:iot:us-east-1:111122223333:topicfilter/${name}`;
    const own = allow('iot:Subscribe', topic('app/acme/*'));
    expect(isAllowed(request('iot:Subscribe', topic('app/acme/x')), own)).toBe(true);
    for (const filter of ['app/+/x', 'app/#', '#']) expect(isAllowed(request('iot:Subscribe', topic(filter)), own)).toBe(false);
  });
});

describe('NotResource and NotAction', () => {
  it('allow everything else in an Allow', () => {
    expect(isAllowed(getObject('b/globex/x'), { Effect: 'Allow', Action: 's3:*', NotResource: 'arn:aws:s3:::b/acme/*' })).toBe(true);
    expect(isAllowed(request('iam:CreateUser', '*'), { Effect: 'Allow', NotAction: 's3:*', Resource: '*' })).toBe(true);
  });

  it('deny everything else in a Deny', () => {
    const guard: Statement = { Effect: 'Deny', Action: 's3:*', NotResource: ['arn:aws:s3:::b', 'arn:aws:s3:::b/acme/*'] };
    expect(decision(getObject('b/globex/x'), allow('*'), guard)).toBe('explicit-deny');
    expect(decision(getObject('b/acme/x'), allow('*'), guard)).toBe('allow');
    expect(decision(request('s3:ListAllMyBuckets', '*'), allow('*'), guard)).toBe('explicit-deny');
  });

  it('deny nothing in a Deny if their variable has no value', () => {
    const guard: Statement = { Effect: 'Deny', Action: 's3:*', NotResource: 'arn:aws:s3:::b/${aws:PrincipalTag/tenant}/*' };
    expect(decision(getObject('b/globex/x'), allow('*'), guard)).toBe('allow');
    expect(decision(getObject('b/globex/x', { 'aws:PrincipalTag/tenant': 'acme' }), allow('*'), guard)).toBe('explicit-deny');
  });
});

describe("the role's policy and the session's", () => {
  const pool = policy(allow('s3:*'));
  const decideIn = (iamRequest: IamRequest, session?: Statement[]): Decision['decision'] =>
    decide(iamRequest, { role: [pool], ...(session && { session: policy(...session) }) }).decision;

  it('allow all that the role allows if there is no session policy', () => {
    expect(decideIn(getObject('b/globex/x'))).toBe('allow');
    expect(decideIn(getObject('b/globex/x'), [allow('s3:*', 'arn:aws:s3:::b/acme/*')])).toBe('implicit-deny');
  });

  it('allow more with a second, broad session policy in addition to the narrow one', () => {
    const narrow = policy(allow('s3:*', 'arn:aws:s3:::b/acme/*'));
    expect(decide(getObject('b/globex/x'), { role: [pool], session: [narrow] }).decision).toBe('implicit-deny');
    expect(decide(getObject('b/globex/x'), { role: [pool], session: [narrow, pool] }).decision).toBe('allow');
  });

  it('both apply their Deny', () => {
    expect(decideIn(getObject('b/acme/x'), [allow('s3:*'), deny('s3:GetObject')])).toBe('explicit-deny');
  });
});

describe('the policies of the article', () => {
  it('allow access to every item because of a key with a space', () => {
    const article = items({ 'ForAllValues:StringEquals': { 'dynamodb: LeadingKeys': ['acme'] } });
    for (const iamRequest of [getItem(GLOBEX), onTable('Scan'), onTable('DeleteTable'), onTable('PutResourcePolicy')]) {
      expect(isAllowed(iamRequest, article)).toBe(true);
    }
  });
});
