import type { PolicyDocument } from '@tenant-aws/policy';
import { describe, expect, it } from 'vitest';
import { decide, type IamRequest } from '../../src/evaluator/index.ts';
import { allow, decision, deny, getObject, matches } from './iam.ts';

const TAG = 'aws:PrincipalTag/t';
const VARIABLE = `\${${TAG}}`;

function reads(resource: string, path: string, context: IamRequest['context'] = {}, version: object = { Version: '2012-10-17' }): boolean {
  const document = { ...version, Statement: [allow('s3:*', `arn:aws:s3:::b/${resource}`)] } as unknown as PolicyDocument;
  return decide(getObject(`b/${path}`, context), { role: [document] }).decision === 'allow';
}

describe('a policy variable in Resource', () => {
  it.each<[string, string, IamRequest['context'], boolean]>([
    [`${VARIABLE}/*`, 'acme/x', { [TAG]: 'acme' }, true],
    [`${VARIABLE}/*`, 'globex/x', { [TAG]: 'acme' }, false],
    ['${AWS:principaltag/T}/*', 'acme/x', { [TAG]: 'acme' }, true],
    ['${ aws:PrincipalTag/t }/*', 'acme/x', { [TAG]: 'acme' }, true],
    ['${aws:PrincipalTag/cost center}/*', 'acme/x', { 'aws:PrincipalTag/cost center': 'acme' }, true],
    [`${VARIABLE}-${VARIABLE}/*`, 'a-a/x', { [TAG]: 'a' }, true],
  ])('%s is compared with %s for the context %j: %s', (resource, path, context, expected) => {
    expect(reads(resource, path, context)).toBe(expected);
  });

  it('has only literal characters in its value', () => {
    expect(reads(`${VARIABLE}/*`, 'globex/x', { [TAG]: '*' })).toBe(false);
    expect(reads(`${VARIABLE}/*`, 'a/x', { [TAG]: '?' })).toBe(false);
    expect(reads(`${VARIABLE}/*`, '*/x', { [TAG]: '*' })).toBe(true);
  });

  it('is not filled again in its value', () => {
    expect(reads(`${VARIABLE}/*`, 'u/x', { [TAG]: '${aws:userid}', 'aws:userid': 'u' })).toBe(false);
    expect(reads(`${VARIABLE}/*`, '${aws:userid}/x', { [TAG]: '${aws:userid}', 'aws:userid': 'u' })).toBe(true);
  });

  it.each<[string, IamRequest['context']]>([
    ['absent', {}],
    ['empty', { [TAG]: '' }],
    ['multivalued', { [TAG]: ['acme'] }],
  ])('matches no resource if its key is %s', (_, context) => {
    for (const path of ['/x', 'acme/x', 'undefined/x', `${VARIABLE}/x`]) expect(reads(`${VARIABLE}/*`, path, context)).toBe(false);
  });

  it('does not affect the other resources of the statement', () => {
    const resources = [`arn:aws:s3:::b/${VARIABLE}/*`, 'arn:aws:s3:::b/shared/*'];
    expect(decision(getObject('b/shared/x'), allow('s3:*', resources))).toBe('allow');
    expect(decision(getObject('b/shared/x'), allow('s3:*'), deny('s3:*', resources))).toBe('explicit-deny');
  });

  it.each(['Allow', 'Deny'] as const)('makes an %s with NotResource apply to no resource', (Effect) => {
    const statement = { Effect, Action: 's3:*', NotResource: [`arn:aws:s3:::b/${VARIABLE}/*`, 'arn:aws:s3:::c/*'] };
    const others = Effect === 'Deny' ? [allow('s3:*')] : [];
    expect(decision(getObject('b/globex/x'), ...others, statement)).toBe(Effect === 'Deny' ? 'allow' : 'implicit-deny');
    expect(decision(getObject('b/globex/x', { [TAG]: 'acme' }), ...others, statement)).toBe(Effect === 'Deny' ? 'explicit-deny' : 'allow');
  });
});

describe('a default value', () => {
  it.each<[string, string, IamRequest['context'], boolean]>([
    [`\${${TAG}, 'globex'}/*`, 'globex/x', {}, true],
    [`\${${TAG}, 'globex'}/*`, 'globex/x', { [TAG]: '' }, true],
    [`\${${TAG}, 'globex'}/*`, 'globex/x', { [TAG]: 'acme' }, false],
    [`\${${TAG}, 'globex'}/*`, 'acme/x', { [TAG]: 'acme' }, true],
    [`\${${TAG},'globex'}/*`, 'globex/x', {}, true],
    [`\${${TAG}, '*'}/*`, 'globex/x', {}, false],
    [`\${${TAG}, '*'}/*`, '*/x', {}, true],
    [`\${${TAG}, 'a, b'}/*`, 'a, b/x', {}, true],
  ])('in %s is compared with %s for the context %j: %s', (resource, path, context, expected) => {
    expect(reads(resource, path, context)).toBe(expected);
  });
});

describe('${*}, ${?} and ${$}', () => {
  it.each([
    ['${*}/*', '*/x', true],
    ['${*}/*', 'acme/x', false],
    ['${?}/*', '?/x', true],
    ['${?}/*', 'a/x', false],
    ['${$}{aws:userid}/*', '${aws:userid}/x', true],
  ])('are literal characters: %s, %s, %s', (resource, path, expected) => {
    expect(reads(resource, path, { 'aws:userid': 'u' })).toBe(expected);
  });

  it('are literal characters under operators with and without wildcards', () => {
    expect(matches({ StringLike: { 'x:k': '${*}' } }, { 'x:k': 'acme' })).toBe(false);
    expect(matches({ StringLike: { 'x:k': '${*}' } }, { 'x:k': '*' })).toBe(true);
    expect(matches({ StringEquals: { 'x:k': '${*}' } }, { 'x:k': '*' })).toBe(true);
  });
});

describe('a document without policy variables', () => {
  it.each([{ Version: '2008-10-17' }, {}])('has ${...} as text with %j', (version) => {
    expect(reads(`${VARIABLE}/*`, 'acme/x', { [TAG]: 'acme' }, version)).toBe(false);
    expect(reads(`${VARIABLE}/*`, `${VARIABLE}/x`, { [TAG]: 'acme' }, version)).toBe(true);
    expect(reads('${*}/*', '${anything}/x', {}, version)).toBe(true);
  });

  it('has ${...} as text in conditions too', () => {
    expect(matches({ StringEquals: { 'x:k': VARIABLE } }, { 'x:k': 'acme', [TAG]: 'acme' }, '2008-10-17')).toBe(false);
    expect(matches({ StringEquals: { 'x:k': VARIABLE } }, { 'x:k': VARIABLE, [TAG]: 'acme' }, '2008-10-17')).toBe(true);
  });
});

describe('a policy variable in a Condition', () => {
  it.each<[string, IamRequest['context'], boolean]>([
    ['StringEquals', { 'x:k': 'acme', [TAG]: 'acme' }, true],
    ['StringEquals', { 'x:k': 'globex', [TAG]: 'acme' }, false],
    ['StringEquals', { 'x:k': '*', [TAG]: '*' }, true],
    ['StringLike', { 'x:k': 'globex', [TAG]: '*' }, false],
    ['StringEqualsIgnoreCase', { 'x:k': 'ACME', [TAG]: 'acme' }, true],
    ['ForAllValues:StringEquals', { 'x:k': ['acme', 'globex'], [TAG]: 'acme' }, false],
    ['Bool', { 'x:k': 'true', [TAG]: 'true' }, true],
    ['Bool', { 'x:k': 'true', [TAG]: 'yes' }, false],
    ['ArnEquals', { 'x:k': 'arn:aws:iam::1:role/a', [TAG]: 'arn:aws:iam::1:role/a' }, true],
    ['ArnLike', { 'x:k': 'arn:aws:iam::1:role/a', [TAG]: 'arn:aws:iam::1:*' }, false],
    // "There is no equal or like value": a variable without a value equals nothing, not even an absent key.
    ['StringEquals', { 'x:k': 'acme' }, false],
    ['StringEquals', { 'x:k': VARIABLE }, false],
    ['StringEquals', { 'x:k': '' }, false],
    ['StringEqualsIgnoreCase', { 'x:k': 'acme' }, false],
    ['StringLike', { 'x:k': 'acme' }, false],
    ['Bool', { 'x:k': 'false' }, false],
    ['StringEquals', {}, false],
    // AWS: "Inverted condition operators like StringNotEquals or StringNotLike do match against a null value."
    ['StringNotEquals', { 'x:k': 'acme' }, true],
    ['StringNotLike', { 'x:k': 'acme' }, true],
    ['StringNotEquals', {}, true],
  ])('%s of %j: %s', (operator, context, expected) => {
    expect(matches({ [operator]: { 'x:k': VARIABLE } }, context)).toBe(expected);
  });

  it('denies in the example of AWS when the principal has no tag', () => {
    const guard = deny('s3:GetObject', 'arn:aws:s3:::b/*', {
      StringNotEquals: { 's3:ExistingObjectTag/Team': '${aws:PrincipalTag/Team}' },
    });
    const iamRequest = (context: IamRequest['context']) => decision(getObject('b/x', context), allow('s3:*'), guard);
    expect(iamRequest({ 's3:ExistingObjectTag/Team': 'blue' })).toBe('explicit-deny');
    expect(iamRequest({ 's3:ExistingObjectTag/Team': 'blue', 'aws:PrincipalTag/Team': 'red' })).toBe('explicit-deny');
    expect(iamRequest({ 's3:ExistingObjectTag/Team': 'blue', 'aws:PrincipalTag/Team': 'blue' })).toBe('allow');
  });

  it('does not affect the other values of the list', () => {
    expect(matches({ StringEquals: { 'x:k': [VARIABLE, 'acme'] } }, { 'x:k': 'acme' })).toBe(true);
    expect(matches({ StringNotEquals: { 'x:k': [VARIABLE, 'acme'] } }, { 'x:k': 'acme' })).toBe(false);
  });
});
