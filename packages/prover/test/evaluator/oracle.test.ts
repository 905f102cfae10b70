import type { Condition, PolicyDocument, Statement } from '@tenant-aws/policy';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Decision, decide, type IamRequest } from '../../src/evaluator/index.ts';
import { allow, getObject, listBucket, policy, request, TABLE } from './iam.ts';
import { simulate } from './simulator.ts';

const TAG = 'aws:PrincipalTag/t';
const NAMES = ['acme', 'globex', 'ACME', 'acme-2', 'a'];
const PATTERNS = [...NAMES, 'acme*', '*', 'a?me', '?', 'ac*e', '*-2'];
const VARIABLES = [`\${${TAG}}`, `\${${TAG}, 'globex'}`, `\${${TAG}}*`, '${*}'];

/** A key with the values that a request may have, and the conditions that a policy may have on it. */
interface Subject {
  readonly key: string;
  readonly values: fc.Arbitrary<string | string[]>;
  readonly conditions: fc.Arbitrary<Condition>;
}

function subject(key: string, values: fc.Arbitrary<string | string[]>, ...conditions: [operators: string[], of: string[]][]): Subject {
  const ofOperators = conditions.map(([operators, of]) =>
    fc
      .tuple(
        fc.constantFrom(...operators),
        fc.constantFrom('', 'IfExists'),
        fc.uniqueArray(fc.constantFrom(...of), { minLength: 1, maxLength: 3 }),
      )
      // Without ForAnyValue with IfExists, see oracle-differences.test.ts.
      .map(
        ([operator, suffix, wanted]): Condition => ({ [operator.startsWith('ForAny') ? operator : operator + suffix]: { [key]: wanted } }),
      ),
  );
  const presence = fc.constantFrom('true', 'false').map((wanted): Condition => ({ Null: { [key]: wanted } }));
  return { key, values, conditions: fc.oneof(...ofOperators, presence) };
}

const one = (...values: string[]): fc.Arbitrary<string> => fc.constantFrom(...values);
const some = (...values: string[]): fc.Arbitrary<string[]> => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });

const EQUALS = ['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase'];
const SETS = ['ForAllValues:', 'ForAnyValue:'];
const NUMERIC = ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'].map((name) => `Numeric${name}`);
const DATE = NUMERIC.map((name) => name.replace('Numeric', 'Date'));
const DATES = ['2026-11-24T12:00:00Z', '2026-11-24T13:00:00Z', '2026-11-24', '2026-11-24T13:00:00+01:00'];

const ANYWHERE: Subject[] = [
  // Variables only under positive operators, see oracle-differences.test.ts.
  subject(TAG, one(...NAMES), [EQUALS, NAMES], [['StringLike', 'StringNotLike'], PATTERNS]),
  subject('aws:RequestTag/t', one(...NAMES), [['StringLike'], VARIABLES], [['StringEquals'], VARIABLES.slice(0, 2)]),
  subject('aws:SecureTransport', one('true', 'false'), [['Bool'], ['true', 'false', 'True']]),
  subject('aws:CurrentTime', one(...DATES), [DATE, DATES]),
  subject('aws:SourceIp', one('203.0.113.9', '198.51.100.1', '2001:db8::1'), [
    ['IpAddress', 'NotIpAddress'],
    ['203.0.113.0/24', '203.0.113.9/32', '2001:DB8::/32', '198.51.0.0/16'],
  ]),
  subject('aws:SourceArn', one('arn:aws:sns:us-east-1:111122223333:t', 'arn:aws:s3:::b/a:b'), [
    ['ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike'],
    ['arn:aws:sns:*:111122223333:t', 'arn:aws:s3:::b/*', 'arn:aws:s3:::*:b', 'arn:*:sns:us-?ast-1:*:?'],
  ]),
  subject(
    'aws:TagKeys',
    some(...NAMES),
    [SETS.flatMap((set) => EQUALS.map((name) => set + name)), NAMES],
    [SETS.flatMap((set) => [`${set}StringLike`, `${set}StringNotLike`]), PATTERNS],
  ),
];
const LISTING: Subject[] = [
  subject('s3:prefix', one('acme/', 'acme', 'acme/x', 'globex/'), [
    ['StringLike', 'StringNotLike'],
    ['acme/*', 'acme', '*/', 'a*', 'globex/?'],
  ]),
  subject('s3:max-keys', one('1', '10', '1000'), [NUMERIC, ['1', '10.0', '100', '1000']]),
];
const ITEMS: Subject[] = [
  subject('dynamodb:LeadingKeys', some('acme', 'globex', 'acme-2'), [
    SETS.flatMap((set) => [`${set}StringEquals`, `${set}StringLike`]),
    [...NAMES, 'acme*'],
  ]),
];

const object = fc
  .array(one('b/', 'acme', '/', 'x', '-2', 'globex', ':'), { minLength: 1, maxLength: 5 })
  .map((parts) => `b/${parts.join('')}`);

const requests: fc.Arbitrary<IamRequest> = fc.oneof(
  about(
    object.map((path) => getObject(path)),
    ANYWHERE,
  ),
  about(
    object.map((path) => request('s3:PutObject', `arn:aws:s3:::${path}`)),
    ANYWHERE,
  ),
  about(fc.constant(listBucket()), [...ANYWHERE, ...LISTING]),
  about(
    one('GetItem', 'Query', 'BatchGetItem').map((action) => request(`dynamodb:${action}`, TABLE)),
    [...ANYWHERE, ...ITEMS],
  ),
  about(fc.constant(request('s3:ListAllMyBuckets', '*')), ANYWHERE),
);

/** The request with some of the keys, or with none. */
function about(iamRequest: fc.Arbitrary<IamRequest>, subjects: readonly Subject[]): fc.Arbitrary<IamRequest> {
  const values = fc.record(Object.fromEntries(subjects.map(({ key, values }) => [key, values])), { requiredKeys: [] });
  return fc.tuple(iamRequest, values).map(([iamRequest, context]) => ({ ...iamRequest, context: { ...context } as IamRequest['context'] }));
}

const actions = some(
  '*',
  's3:*',
  's3:Get*',
  's3:GetObject',
  'S3:putobject',
  's3:???Object',
  's3:List*',
  'dynamodb:*',
  'dynamodb:GetItem',
  'dynamodb:*Get*',
);
const whole = one('*', 'arn:aws:s3:::*', 'arn:aws:s3:::b', 'arn:aws:dynamodb:*:*:table/*', 'arn:aws:dynamodb:us-*-1:*:table/order?', TABLE);
const below = fc
  .array(one('*', '?', 'acme', '/', 'x', '-2', 'globex', ':'), { minLength: 1, maxLength: 5 })
  .map((parts) => `arn:aws:s3:::b/${parts.join('')}`);
const open = one(
  'arn:aws:s3:*',
  'arn:aws:s3:::b/${aws:PrincipalTag/t}/*',
  "arn:aws:s3:::b/${aws:PrincipalTag/t, 'globex'}*",
  'arn:aws:s3:::b/${*}',
);
// NotResource has no variables and no patterns of fewer than six parts, see oracle-differences.test.ts.
const excepted = fc.uniqueArray(fc.oneof(whole, below), { minLength: 1, maxLength: 3 });
const resources = fc.uniqueArray(fc.oneof(whole, below, open), { minLength: 1, maxLength: 3 });

const statements: fc.Arbitrary<Statement> = fc
  .tuple(
    fc.constantFrom<Statement['Effect']>('Allow', 'Allow', 'Deny'),
    fc.tuple(fc.constantFrom('Action', 'Action', 'Action', 'NotAction'), actions),
    fc.oneof({ weight: 3, arbitrary: fc.tuple(fc.constant('Resource'), resources) }, fc.tuple(fc.constant('NotResource'), excepted)),
    fc.option(
      fc.array(fc.oneof(...[...ANYWHERE, ...LISTING, ...ITEMS].map(({ conditions }) => conditions)), { minLength: 1, maxLength: 2 }),
    ),
  )
  .map(([Effect, [action, ofActions], [resource, ofResources], conditions]) => ({
    Effect,
    [action]: ofActions,
    [resource]: ofResources,
    ...(conditions && { Condition: Object.assign({}, ...conditions) as Condition }),
  }));

const documents: fc.Arbitrary<PolicyDocument> = fc.array(statements, { minLength: 1, maxLength: 4 }).map((list) => policy(...list));

it('decides as iam-simulate does, over generated policies and requests', async () => {
  const seen = new Map<Decision['decision'], number>();
  await fc.assert(
    fc.asyncProperty(
      requests,
      fc.array(fc.oneof(documents, fc.constant(policy(allow('*')))), { minLength: 1, maxLength: 2 }),
      fc.option(documents, { nil: undefined }),
      async (iamRequest, role, session) => {
        const policies = { role, ...(session && { session }) };
        const { decision } = decide(iamRequest, policies);
        seen.set(decision, (seen.get(decision) ?? 0) + 1);
        expect(decision).toBe(await simulate(iamRequest, policies));
      },
    ),
    { numRuns: 600, seed: 3 },
  );
  // The test is meaningless if all decisions are denials.
  for (const decision of ['allow', 'implicit-deny', 'explicit-deny'] as const) expect(seen.get(decision)).toBeGreaterThan(60);
});
