import {
  type BuiltIns,
  type OneOrMany,
  PermissionSet,
  parseTenantId,
  type Statement,
  shipped,
  type TenantId,
  TemplateLibrary,
  TenantAwsError,
  TenantIdSet,
  TenantInvalidError,
} from '@tenant-aws/policy';
import * as fc from 'fast-check';
import Mustache from 'mustache';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isAcceptable } from '../src/character-class.ts';
import { parseTags } from '../src/tags.ts';
import { libraryOf, refusal, statement } from './fixtures.ts';
import { hostileTenantIds, notStrings } from './hostile-values.ts';

const aws = { partition: 'aws', region: 'us-east-1', account: '123456789012' };
const china = { partition: 'aws-cn', region: 'cn-north-1', account: '210987654321' };

const acceptable: readonly string[] = Array.from({ length: 0x1_00_00 }, (_, code) => String.fromCharCode(code)).filter(isAcceptable);

/** Literal texts that are syntax of JSON, Mustache or IAM, that JSON escapes, or that equal an id or a value. */
const literals = [
  ['x', 'x-', '-', '/', ':', '.', ' ', '"', '\\', '\t', '\n', '\r', '\u007f', '\u0080', '\u00e9', '\u00ff', '\\u0041', '","', '"]},{"'],
  ['{', '}', '$', '*', '?', '<', '&', "'", '${aws:username}', '${*}', "${aws:PrincipalTag/team, 'a'}", '[[tenant]]', '{tenant}'],
  ['acme', 'tenant', 'aws', 'us-east-1', '123456789012', 'arn:aws:s3:::notes/'],
].flat();
const tags = ['{{tenant}}', '{{ tenant }}', '{{\ttenant}}', '{{a}}', '{{ b }}', '{{partition}}', '{{region}}', '{{account}}'];

const tagged = fc
  .array(fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...tags) }, { weight: 3, arbitrary: fc.constantFrom(...literals) }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.join(''))
  .filter(isParsed);

/** Strings of few kinds, so that many are equal before the tenant is filled, or only after. */
const similar = fc.constantFrom(
  'x-{{tenant}}',
  'x-{{ tenant }}',
  'x-acme',
  'x-{{a}}',
  '{{tenant}}',
  'acme',
  '{{a}}',
  'arn:{{partition}}:x',
  'arn:aws:x',
);
const strings: fc.Arbitrary<OneOrMany<string>> = fc.oneof(
  tagged,
  similar,
  fc.array(fc.oneof(tagged, similar), { minLength: 1, maxLength: 4 }),
);
const actions = fc.oneof(
  fc.constantFrom('s3:GetObject', 's3:*'),
  fc.subarray(['s3:GetObject', 's3:PutObject', 's3:"\u00e9'], { minLength: 1 }),
);
const conditions = fc.dictionary(
  fc.constantFrom('StringEquals', 'StringLike', 'Null', '__proto__', '1'),
  fc.dictionary(fc.constantFrom('s3:prefix', 'k"\\\u00e9', '2', '1'), fc.oneof(strings, fc.constant('')), { minKeys: 1, maxKeys: 2 }),
  { minKeys: 1, maxKeys: 2 },
);

const statements: fc.Arbitrary<Statement> = fc
  .record({
    Effect: fc.constantFrom<'Allow' | 'Deny'>('Allow', 'Deny'),
    not: fc.constantFrom('', 'Action', 'Resource'),
    acts: actions,
    resources: strings,
    Condition: fc.option(conditions, { nil: undefined }),
  })
  .map(({ Effect, not, acts, resources, Condition }) => ({
    Effect,
    ...(not === 'Action' ? { NotAction: acts } : { Action: acts }),
    ...(not === 'Resource' ? { NotResource: resources } : { Resource: resources }),
    ...(Condition === undefined ? {} : { Condition }),
  }));

/** Any set of ids, with two ids of the set. */
const idSets = fc
  .oneof(fc.constant('acme-globx_ACME09'.split('')), fc.subarray([...acceptable], { minLength: 1 }))
  .chain((chars) =>
    fc.tuple(fc.constant(chars), fc.subarray([...chars], { minLength: 1 }), fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 8 })),
  )
  .chain(([chars, edges, min, more]) => {
    const set = TenantIdSet.from({ chars: classOf(chars), edges: classOf(edges), min, max: min + more });
    const id = fc
      .array(fc.tuple(fc.constantFrom(...chars), fc.constantFrom(...edges)), { minLength: min, maxLength: min + more })
      .map((picked) => picked.map(([inside, edge], i) => (i === 0 || i === picked.length - 1 ? edge : inside)).join(''));
    const usual = ['acme', 'globex', 'x-acme'].filter((candidate) => set.admits(candidate));
    const ids = usual.length === 0 ? id : fc.oneof(id, fc.constantFrom(...usual));
    return fc.tuple(fc.constant(set), ids, ids);
  });

const values = fc.oneof(
  fc.constantFrom('acme', 'x-acme', 'tenant', 'aws'),
  fc.string({ unit: fc.constantFrom(...acceptable), minLength: 1, maxLength: 6 }),
);

describe('a compiled policy', () => {
  it('equals the policy that is filled as an object, for every accepted template and every accepted id', () => {
    let made = 0;
    fc.assert(
      fc.property(
        fc.array(statements, { minLength: 1, maxLength: 3 }),
        fc.array(statements, { maxLength: 2 }),
        values,
        values,
        idSets,
        (xs, ys, a, b, [ids, ...two]) => {
          const set = attempt(() => permissionSet({ x: xs, ...(ys.length > 0 && { y: ys }) }, { a, b }, ids));
          if (set === undefined) return;
          made += 1;
          for (const builtIns of [aws, china, aws]) {
            for (const tenant of two) {
              const policy = attempt(() => set.generatePolicy(tenant as TenantId, builtIns));
              const document = set.generate(tenant as TenantId, builtIns);
              if (policy === undefined) expect(JSON.stringify(document).length).toBeGreaterThan(2048);
              else {
                expect(policy).toBe(JSON.stringify(document));
                expect(JSON.parse(policy)).toEqual(document);
              }
              expect(grantsOf(document.Statement)).toEqual(
                grantsOf([...xs, ...ys].map((each) => filled(each, { a, b, tenant, ...builtIns }))),
              );
            }
          }
        },
      ),
      { numRuns: 1000 },
    );
    expect(made).toBeGreaterThan(500);
  });

  it('has an id with every accepted character as it is', () => {
    const ids = TenantIdSet.from({ chars: classOf(acceptable), edges: classOf(acceptable), min: 1, max: 256 });
    const id = acceptable.join('');
    const set = permissionSet({ x: [statement({ Effect: 'Deny', Resource: '"{{tenant}}"\u00e9' })] }, {}, ids);
    expect(set.generatePolicy(parseTenantId(id, ids), aws)).toContain(`"\\"${id}\\"\u00e9"`);
    expect(set.generate(parseTenantId(id, ids), aws).Statement).toEqual([expect.objectContaining({ Resource: `"${id}"\u00e9` })]);
  });

  it('does not merge statements or values that are equal for one id only', () => {
    const set = permissionSet({
      x: [
        statement({ Resource: 'arn:aws:s3:::x-{{tenant}}' }),
        statement({
          Action: 's3:PutObject',
          Resource: 'arn:aws:s3:::x-acme',
          Condition: { StringEquals: { 's3:prefix': ['{{tenant}}', 'acme'] } },
        }),
        statement({ Action: 's3:PutObject', Resource: 'arn:aws:s3:::x-acme' }),
      ],
    });
    for (const tenant of ['acme', 'globex']) {
      const policy = set.generatePolicy(parseTenantId(tenant), aws);
      expect(JSON.parse(policy)).toEqual(set.generate(parseTenantId(tenant), aws));
      expect(set.generate(parseTenantId(tenant), aws).Statement).toEqual([
        { Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::x-${tenant}` },
        {
          Effect: 'Allow',
          Action: 's3:PutObject',
          Resource: 'arn:aws:s3:::x-acme',
          Condition: { StringEquals: { 's3:prefix': [tenant, 'acme'] } },
        },
        { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::x-acme' },
      ]);
    }
  });

  it('merges statements of two templates that are equal after the variables and the built-in values are filled', () => {
    const set = permissionSet(
      {
        x: [statement({ Resource: 'arn:{{partition}}:s3:::{{a}}/{{tenant}}' })],
        y: [statement({ Action: 's3:PutObject', Resource: 'arn:aws:s3:::notes/{{ tenant }}' })],
      },
      { a: 'notes' },
    );
    const merged = { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: 'arn:aws:s3:::notes/acme' };
    expect(JSON.parse(set.generatePolicy(acme, aws))).toEqual({ Version: '2012-10-17', Statement: [merged] });
    expect(JSON.parse(set.generatePolicy(acme, china)).Statement).toHaveLength(2);
  });
});

describe('an id that is not accepted', () => {
  const set = shippedSet();

  it.each(hostileTenantIds)('is rejected in every call, also after the policy was compiled: %j', rejectsInEveryCall);

  it.each(notStrings)('is rejected in every call, also after the policy was compiled: %s', rejectsInEveryCall);

  function rejectsInEveryCall(id: unknown): void {
    set.generatePolicy(acme, aws);
    expect(() => set.generatePolicy(id as TenantId, aws)).toThrow(TenantInvalidError);
    expect(() => set.generate(id as TenantId, aws)).toThrow(TenantInvalidError);
  }

  it('is rejected by every set of ids', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...acceptable, '"', '\\', '\n') }),
      fc.constantFrom(...hostileTenantIds),
    );
    fc.assert(
      fc.property(idSets, anything, ([ids, legal], id) => {
        fc.pre(!ids.admits(id));
        const any = permissionSet({ x: [statement({ Effect: 'Deny', Resource: '"{{tenant}}"' })] }, {}, ids);
        expect(any.generatePolicy(legal as TenantId, aws)).toContain(`\\"${legal}\\"`);
        expect(() => any.generatePolicy(id as TenantId, aws)).toThrow(TenantInvalidError);
        expect(() => any.generate(id as TenantId, aws)).toThrow(TenantInvalidError);
      }),
      { numRuns: 300 },
    );
  });

  it('is reported before a built-in value that is missing or not valid', () => {
    expect(refusal(() => set.generatePolicy('*' as TenantId, { partition: '*' })).code).toBe('tenant_invalid');
  });
});

describe('the built-in values of a compiled policy', () => {
  const set = shippedSet();

  it.each<[string, object]>([
    ['a wildcard', { ...aws, region: '*' }],
    ['an account that is not a string', { ...aws, account: 123_456_789_012 }],
    [
      'an object that becomes a valid value in JSON and in text',
      { ...aws, region: { toJSON: () => aws.region, toString: () => aws.region } },
    ],
    ['a list', { ...aws, region: [aws.region] }],
    ['two values in one', { partition: 'aws', region: 'us-east-1 123456789012' }],
    ['a tenant', { ...aws, tenant: 'globex' }],
    ['a name that is not known', { ...aws, zone: 'us-east-1a' }],
    ['no region', { partition: 'aws', account: aws.account }],
    ['values only in the prototype', Object.create(aws)],
  ])('are checked in every call: rejects %s', (_, builtIns) => {
    expect(set.generatePolicy(acme, aws)).toContain('us-east-1:123456789012');
    expect(refusal(() => set.generatePolicy(acme, builtIns as BuiltIns))).toEqual(refusal(() => set.generate(acme, builtIns as BuiltIns)));
    expect(refusal(() => set.generatePolicy(acme, builtIns as BuiltIns)).code).toBe('template_variable');
  });

  it('are checked also where no template uses them', () => {
    const unused = permissionSet({ x: [statement({ Resource: 'arn:aws:s3:::{{tenant}}' })] });
    expect(unused.generatePolicy(acme, { partition: 'aws' })).toBe(unused.generatePolicy(acme, aws));
    expect(refusal(() => unused.generatePolicy(acme, { ...aws, region: '*' })).code).toBe('template_variable');
  });

  it('never reach the policy of another call', () => {
    const regions = ['us-east-1', 'eu-central-1', 'cn-north-1'];
    const places = regions.flatMap((region) => ['123456789012', '210987654321'].map((account) => ({ partition: 'aws', region, account })));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('acme', 'globex', 'initech'), fc.constantFrom(...places)), { maxLength: 20 }),
        (calls) => {
          const reused = shippedSet();
          for (const [tenant, builtIns] of calls) {
            const policy = reused.generatePolicy(parseTenantId(tenant), builtIns);
            expect(policy).toContain(`table/orders`);
            expect(policy.match(/acme|globex|initech/g)).toEqual(Array.from({ length: 3 }, () => tenant));
            expect(policy.match(/dynamodb:[a-z]+-[a-z]+-\d:\d{12}/g)).toEqual([`dynamodb:${builtIns.region}:${builtIns.account}`]);
          }
        },
      ),
    );
  });
});

describe('compilation', () => {
  afterEach(() => vi.restoreAllMocks());

  it('fills the templates by Mustache once for all tenants', () => {
    const set = shippedSet();
    const render = vi.spyOn(Mustache.Writer.prototype, 'renderTokens');
    set.generatePolicy(acme, aws);
    expect(render).toHaveBeenCalled();
    render.mockClear();
    for (const tenant of ['acme', 'globex', 'initech']) set.generatePolicy(parseTenantId(tenant), { ...aws });
    expect(render).not.toHaveBeenCalled();
  });

  it('keeps the policies of the latest 100 accounts', () => {
    const set = shippedSet();
    const account = (i: number) => ({ ...aws, account: String(100_000_000_000 + i) });
    for (let i = 0; i < 101; i += 1) expect(set.generatePolicy(acme, account(i))).toContain(account(i).account);
    const render = vi.spyOn(Mustache.Writer.prototype, 'renderTokens');
    for (let i = 1; i < 101; i += 1) set.generatePolicy(acme, account(i));
    expect(render).not.toHaveBeenCalled();
    expect(set.generatePolicy(acme, account(0))).toContain(account(0).account);
    expect(render).toHaveBeenCalled();
  });

  it('gives the caller nothing that changes a later policy', () => {
    const variables = { bucket: 'notes', table: 'orders' };
    const builtIns = { ...aws };
    const set = shippedSet(variables);
    const policy = set.generatePolicy(acme, builtIns);
    variables.bucket = 'secrets';
    builtIns.account = '999999999999';
    vandalise(set.generate(acme, aws));
    vandalise(set.templates);
    expect(set.generatePolicy(acme, aws)).toBe(policy);
    expect(JSON.stringify(set.generate(acme, aws))).toBe(policy);
  });
});

const acme = parseTenantId('acme');

function shippedSet(variables: Readonly<Record<string, string>> = { bucket: 'notes', table: 'orders' }): PermissionSet {
  return PermissionSet.from(['s3-folder-per-tenant', 'dynamodb-leading-keys'], { library: TemplateLibrary.from(shipped()), variables });
}

/** Templates in which a statement need not name the tenant. */
function permissionSet(
  templates: Readonly<Record<string, unknown>>,
  values: Readonly<Record<string, string>> = {},
  tenantId?: TenantIdSet,
): PermissionSet {
  const variables = { a: { pattern: '[^]*' }, b: { pattern: '[^]*' } };
  const manifests = Object.fromEntries(Object.entries(templates).map(([name, Statement]) => [name, { variables, Statement }]));
  const library = libraryOf(manifests, { shared: Object.keys(templates), ...(tenantId && { tenantId }) });
  return PermissionSet.from(Object.keys(templates), { library, variables: { a: 'a', b: 'b', ...values }, sessionTags: 'any' });
}

/** A character class: a literal `-` is last. */
function classOf(characters: readonly string[]): string {
  return [...characters.filter((character) => character !== '-'), ...(characters.includes('-') ? ['-'] : [])].join('');
}

function isParsed(text: string): boolean {
  return attempt(() => parseTags(text, 'a text')) !== undefined;
}

/** Replaces the tags of a template by a regular expression: the simplest definition, without any check. */
function filled(given: Statement, by: Readonly<Record<string, string>>): Statement {
  return JSON.parse(JSON.stringify(given), (_, value: unknown) =>
    typeof value === 'string' ? value.replaceAll(/\{\{\s*([a-z]+)\s*\}\}/g, (tag, name: string) => by[name] ?? tag) : value,
  );
}

/** What statements allow and deny, however it is divided among them. */
function grantsOf(given: OneOrMany<Statement>): readonly string[] {
  const set = (value: OneOrMany<string> | undefined) => (value === undefined ? null : [...new Set([value].flat())].toSorted());
  const grants = [given].flat().flatMap(({ Effect, Action, NotAction, Resource, NotResource, Condition = {} }) => {
    const lists = Object.entries(Condition).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, list]) => JSON.stringify([operator, key, set(list)])),
    );
    const rest = [Effect, set(NotAction), set(Resource), set(NotResource), lists.toSorted()];
    return (set(Action) ?? [null]).map((action) => JSON.stringify([action, ...rest]));
  });
  return [...new Set(grants)].toSorted();
}

/** Tries to change everything that can be reached from a value. */
function vandalise(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    vandalise(item);
    Reflect.set(value, key, 'secrets');
  }
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof TenantAwsError)) throw error;
    expect(['template_syntax', 'policy_too_large']).toContain(error.code);
    return undefined;
  }
}
