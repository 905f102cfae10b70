import type { Condition, Statement } from '@tenant-aws/policy';
import { describe, expect, it } from 'vitest';
import { type Decision, decide, type IamRequest } from '../../src/evaluator/index.ts';
import { allow, decision, deny, getItem, getObject, listBucket, policy, request, TABLE } from './iam.ts';

/** How tenant policies leak: what IAM decides in each case, so that lint and the proof can rest on it. */

const LEADING = 'dynamodb:LeadingKeys';
const ACME = { [LEADING]: ['acme'] };
const GLOBEX = { [LEADING]: ['globex'] };
const MIXED = { [LEADING]: ['acme', 'globex'] };

function ask(asked: IamRequest, ...statements: Statement[]): boolean {
  return decision(asked, ...statements) === 'allow';
}

function items(condition: Condition, action: string | string[] = 'dynamodb:*'): Statement {
  return allow(action, [TABLE, `${TABLE}/index/*`], condition);
}

function onTable(action: string, context: IamRequest['context'] = {}): IamRequest {
  return request(`dynamodb:${action}`, TABLE, context);
}

describe('ForAllValues where the key is absent', () => {
  const bare = items({ 'ForAllValues:StringEquals': { [LEADING]: ['acme'] } });
  const guarded = items({ 'ForAllValues:StringEquals': { [LEADING]: ['acme'] }, Null: { [LEADING]: 'false' } });

  it.each(['Scan', 'DescribeTable', 'DeleteTable', 'ExportTableToPointInTime'])('allows %s, unless Null guards it', (action) => {
    expect(ask(onTable(action), bare)).toBe(true);
    expect(ask(onTable(action), guarded)).toBe(false);
  });

  it('lets Null leave the own item readable, and the scan of an index denied', () => {
    expect(ask(getItem(ACME), guarded)).toBe(true);
    expect(ask(getItem(GLOBEX), guarded)).toBe(false);
    expect(ask(request('dynamodb:Scan', `${TABLE}/index/by-date`), guarded)).toBe(false);
  });
});

describe('a condition key that the action does not carry', () => {
  const statement = (operator: string) => allow('s3:List*', 'arn:aws:s3:::b', { [operator]: { 's3:prefix': 'acme/*' } });
  const uploads = request('s3:ListBucketMultipartUploads', 'arn:aws:s3:::b');

  it('opens under IfExists and denies without it', () => {
    expect(ask(uploads, statement('StringLikeIfExists'))).toBe(true);
    expect(ask(uploads, statement('StringLike'))).toBe(false);
  });
});

describe('a misspelt condition key', () => {
  it.each(['dynamodb:LeadingKey', 'dynamodb: LeadingKeys'])(
    '%s allows everything under ForAllValues, IfExists and negated operators',
    (key) => {
      for (const operator of ['ForAllValues:StringEquals', 'StringEqualsIfExists', 'StringNotEquals']) {
        expect([operator, ask(getItem(GLOBEX), items({ [operator]: { [key]: ['acme'] } }))]).toEqual([operator, true]);
      }
      expect(ask(getItem(ACME), items({ StringEquals: { [key]: ['acme'] } }))).toBe(false);
    },
  );

  it('is not one in another case', () => {
    const statement = items({ 'ForAllValues:StringEquals': { 'DYNAMODB:leadingkeys': ['acme'] } });
    expect(ask(getItem(ACME), statement)).toBe(true);
    expect(ask(getItem(GLOBEX), statement)).toBe(false);
  });
});

it('lets ForAnyValue mix own and foreign keys in one batch', () => {
  expect(ask(onTable('BatchGetItem', MIXED), items({ 'ForAnyValue:StringEquals': { [LEADING]: ['acme'] } }))).toBe(true);
  expect(ask(onTable('BatchGetItem', MIXED), items({ 'ForAllValues:StringEquals': { [LEADING]: ['acme'] } }))).toBe(false);
});

describe('negated operators', () => {
  it('are true where the key is absent', () => {
    expect(ask(listBucket(), allow('s3:ListBucket', '*', { StringNotEquals: { 's3:prefix': 'globex/' } }))).toBe(true);
    expect(ask(getObject('b/k'), allow('s3:*', '*', { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }))).toBe(true);
    expect(ask(getObject('b/k'), allow('s3:*', '*', { ArnNotLike: { 'aws:SourceArn': 'arn:aws:s3:::x' } }))).toBe(true);
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
  ])('%j under the own folder only: %s', (prefix, allowed) => {
    expect(ask(listBucket(prefix === undefined ? {} : { 's3:prefix': prefix }), own)).toBe(allowed);
  });

  it('may be absent or empty where no condition asks for it', () => {
    const bare = allow('s3:ListBucket', 'arn:aws:s3:::b');
    expect(ask(listBucket(), bare)).toBe(true);
    expect(ask(listBucket({ 's3:prefix': '' }), bare)).toBe(true);
  });

  it('answers with the neighbours where the bare tenant id is listed beside it', () => {
    const article = allow('s3:ListBucket', 'arn:aws:s3:::b', { StringLike: { 's3:prefix': ['acme', 'acme/', 'acme/*'] } });
    expect(ask(listBucket({ 's3:prefix': 'acme' }), article)).toBe(true);
  });
});

it('takes wildcards under StringLike and not under StringEquals', () => {
  expect(ask(listBucket({ 's3:prefix': 'globex/' }), allow('s3:*', '*', { StringLike: { 's3:prefix': '*' } }))).toBe(true);
  expect(ask(listBucket({ 's3:prefix': 'globex/' }), allow('s3:*', '*', { StringEquals: { 's3:prefix': '*' } }))).toBe(false);
});

it('merges ACME and acme under StringEqualsIgnoreCase', () => {
  expect(ask(listBucket({ 's3:prefix': 'ACME' }), allow('s3:*', '*', { StringEqualsIgnoreCase: { 's3:prefix': 'acme' } }))).toBe(true);
});

it('allows who lacks a key under Null true', () => {
  const unlessTagged = items({ Null: { [LEADING]: 'true' } });
  expect(ask(onTable('Scan'), unlessTagged)).toBe(true);
  expect(ask(getItem(ACME), unlessTagged)).toBe(false);
});

it('takes two tenants in one list for their union', () => {
  const union = items({ 'ForAllValues:StringEquals': { [LEADING]: ['acme', 'globex'] } });
  expect(ask(getItem(GLOBEX), union)).toBe(true);
});

describe('names without a delimiter', () => {
  it.each([
    ['arn:aws:s3:::b/acme*', 'b/acme-2/x'],
    ['arn:aws:s3:::acme-*', 'acme-2-data/x'],
    ['arn:aws:s3:::b/*', 'b/globex/x'],
    ['arn:aws:s3:::b/*/*', 'b/globex/x'],
    ['arn:aws:s3:::b/ac?e/*', 'b/acne/x'],
  ])('let %s reach %s', (resource, path) => {
    expect(ask(getObject(path), allow('s3:GetObject', resource))).toBe(true);
  });

  it("make one tenant's queue another's dead-letter queue", () => {
    const sqs = (name: string) => `arn:aws:sqs:us-east-1:111122223333:${name}`;
    expect(ask(request('sqs:SendMessage', sqs('app_acme_dlq')), allow('sqs:SendMessage', sqs('app_acme_dlq')))).toBe(true);
    expect(ask(request('sqs:SendMessage', sqs('app_acme_dlq')), allow('sqs:SendMessage', sqs('app_acme*')))).toBe(true);
  });

  it("reach another account's queue of the same name, and its management", () => {
    const article = allow('sqs:*', 'arn:aws:sqs:*:*:acme_queue');
    for (const action of ['AddPermission', 'SetQueueAttributes', 'PurgeQueue', 'DeleteQueue']) {
      expect(ask(request(`sqs:${action}`, 'arn:aws:sqs:eu-west-1:999988887777:acme_queue'), article)).toBe(true);
    }
    expect(ask(request('sqs:SendMessage', 'arn:aws:sqs:eu-west-1:999988887777:globex_queue'), article)).toBe(false);
  });
});

describe('values that are syntax', () => {
  it('can be written so that they match themselves only', () => {
    const literal = allow('s3:*', 'arn:aws:s3:::b/${*}/*');
    expect(ask(getObject('b/*/x'), literal)).toBe(true);
    expect(ask(getObject('b/globex/x'), literal)).toBe(false);
  });

  it('are read: variables, and their defaults', () => {
    const role = (id: string) => allow('s3:*', `arn:aws:s3:::b/${id}/*`);
    expect(ask(getObject('b/globex/x', { 'aws:PrincipalTag/t': 'globex' }), role('${aws:PrincipalTag/t}'))).toBe(true);
    expect(ask(getObject('b/globex/x', { 'aws:username': 'globex' }), role('${aws:username}'))).toBe(true);
    expect(ask(getObject('b/globex/x'), role("${aws:PrincipalTag/t, 'globex'}"))).toBe(true);
  });

  it('are literals to IAM where only MQTT knows them', () => {
    const topic = (name: string) => `arn:aws:iot:us-east-1:111122223333:topicfilter/${name}`;
    const own = allow('iot:Subscribe', topic('app/acme/*'));
    expect(ask(request('iot:Subscribe', topic('app/acme/x')), own)).toBe(true);
    for (const filter of ['app/+/x', 'app/#', '#']) expect(ask(request('iot:Subscribe', topic(filter)), own)).toBe(false);
  });
});

describe('NotResource and NotAction', () => {
  it('grant everything else in an Allow', () => {
    expect(ask(getObject('b/globex/x'), { Effect: 'Allow', Action: 's3:*', NotResource: 'arn:aws:s3:::b/acme/*' })).toBe(true);
    expect(ask(request('iam:CreateUser', '*'), { Effect: 'Allow', NotAction: 's3:*', Resource: '*' })).toBe(true);
  });

  it('fence in a Deny', () => {
    const fence: Statement = { Effect: 'Deny', Action: 's3:*', NotResource: ['arn:aws:s3:::b', 'arn:aws:s3:::b/acme/*'] };
    expect(decision(getObject('b/globex/x'), allow('*'), fence)).toBe('explicit-deny');
    expect(decision(getObject('b/acme/x'), allow('*'), fence)).toBe('allow');
    expect(decision(request('s3:ListAllMyBuckets', '*'), allow('*'), fence)).toBe('explicit-deny');
  });

  it('fence nothing while their variable has no value', () => {
    const fence: Statement = { Effect: 'Deny', Action: 's3:*', NotResource: 'arn:aws:s3:::b/${aws:PrincipalTag/tenant}/*' };
    expect(decision(getObject('b/globex/x'), allow('*'), fence)).toBe('allow');
    expect(decision(getObject('b/globex/x', { 'aws:PrincipalTag/tenant': 'acme' }), allow('*'), fence)).toBe('explicit-deny');
  });
});

describe("the role's policy and the session's", () => {
  const pool = policy(allow('s3:*'));
  const decideIn = (asked: IamRequest, session?: Statement[]): Decision['decision'] =>
    decide(asked, { role: [pool], ...(session && { session: policy(...session) }) }).decision;

  it('are the pool itself where a caller gave no session policy', () => {
    expect(decideIn(getObject('b/globex/x'))).toBe('allow');
    expect(decideIn(getObject('b/globex/x'), [allow('s3:*', 'arn:aws:s3:::b/acme/*')])).toBe('implicit-deny');
  });

  it('widen again with a second, broad session policy beside the narrow one', () => {
    const narrow = policy(allow('s3:*', 'arn:aws:s3:::b/acme/*'));
    expect(decide(getObject('b/globex/x'), { role: [pool], session: [narrow] }).decision).toBe('implicit-deny');
    expect(decide(getObject('b/globex/x'), { role: [pool], session: [narrow, pool] }).decision).toBe('allow');
  });

  it('both hold their Deny', () => {
    expect(decideIn(getObject('b/acme/x'), [allow('s3:*'), deny('s3:GetObject')])).toBe('explicit-deny');
  });
});

describe('the policies of the article', () => {
  it('leak every table through a key with a blank inside', () => {
    const article = items({ 'ForAllValues:StringEquals': { 'dynamodb: LeadingKeys': ['acme'] } });
    for (const asked of [getItem(GLOBEX), onTable('Scan'), onTable('DeleteTable'), onTable('PutResourcePolicy')]) {
      expect(ask(asked, article)).toBe(true);
    }
  });
});
