import { describe, expect, it } from 'vitest';
import { allow, decision, getObject, request } from './iam.ts';

describe('Action', () => {
  it.each([
    ['s3:GetObject', true],
    ['S3:getobject', true],
    ['s3:Get*', true],
    ['s3:Ge?Object', true],
    ['s3:Get?', false],
    ['s3:*', true],
    ['*', true],
    ['*:*', true],
    ['s3:GetObjectAcl', false],
    ['s3:Get', false],
    ['sqs:*', false],
  ])('%s matches s3:GetObject: %s', (action, covered) => {
    expect(decision(getObject('b/k'), allow(action))).toBe(covered ? 'allow' : 'implicit-deny');
    expect(decision(getObject('b/k'), { Effect: 'Allow', NotAction: action, Resource: '*' })).toBe(covered ? 'implicit-deny' : 'allow');
  });

  it('matches any action of its list, and NotAction every other', () => {
    const list = ['s3:PutObject', 's3:GetObject'];
    expect(decision(getObject('b/k'), allow(list))).toBe('allow');
    expect(decision(getObject('b/k'), { Effect: 'Allow', NotAction: list, Resource: '*' })).toBe('implicit-deny');
  });

  it('matches nothing with an empty list, and NotAction everything', () => {
    expect(decision(getObject('b/k'), allow([]))).toBe('implicit-deny');
    expect(decision(getObject('b/k'), { Effect: 'Allow', NotAction: [], Resource: '*' })).toBe('allow');
  });
});

describe('Resource', () => {
  it.each([
    ['arn:aws:s3:::b/k', true],
    ['arn:aws:s3:::b/*', true],
    ['arn:aws:s3:::*', true],
    ['*', true],
    ['arn:aws:s3:::b', false],
    ['arn:aws:s3:::b/K', false],
    ['arn:aws:s3:::B/k', false],
    ['arn:aws-cn:s3:::b/k', false],
  ])('%s matches an object: %s', (resource, covered) => {
    expect(decision(getObject('b/k'), allow('s3:*', resource))).toBe(covered ? 'allow' : 'implicit-deny');
    expect(decision(getObject('b/k'), { Effect: 'Allow', Action: 's3:*', NotResource: resource })).toBe(
      covered ? 'implicit-deny' : 'allow',
    );
  });

  it('matches any resource of its list, and NotResource every other', () => {
    const list = ['arn:aws:s3:::c/*', 'arn:aws:s3:::b/*'];
    expect(decision(getObject('b/k'), allow('s3:*', list))).toBe('allow');
    expect(decision(getObject('b/k'), { Effect: 'Allow', Action: 's3:*', NotResource: list })).toBe('implicit-deny');
  });

  it('matches nothing with an empty list, and NotResource everything', () => {
    expect(decision(getObject('b/k'), allow('s3:*', []))).toBe('implicit-deny');
    expect(decision(getObject('b/k'), { Effect: 'Allow', Action: 's3:*', NotResource: [] })).toBe('allow');
  });

  it('must be a star for an action without a resource', () => {
    const listBuckets = request('s3:ListAllMyBuckets', '*');
    expect(decision(listBuckets, allow('s3:*', '*'))).toBe('allow');
    expect(decision(listBuckets, allow('s3:*', 'arn:aws:s3:::*'))).toBe('implicit-deny');
  });

  it('treats wildcards of the request as ordinary characters', () => {
    expect(decision(getObject('b/*'), allow('s3:*', 'arn:aws:s3:::b/acme'))).toBe('implicit-deny');
    expect(decision(request('s3:*', 'arn:aws:s3:::b/k'), allow('s3:GetObject'))).toBe('implicit-deny');
  });
});
