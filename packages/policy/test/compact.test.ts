import {
  PermissionSet,
  type PolicyDocument,
  PolicyGenerator,
  PolicyTooLargeError,
  parseTenantId,
  type Statement,
} from '@tenant-aws/policy';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compact } from '../src/compact.ts';
import { libraryOf, statement } from './fixtures.ts';

function generate(...statements: readonly unknown[]): PolicyDocument['Statement'] {
  const templates = Object.fromEntries(statements.map((item, i) => [`x${i}`, item]));
  const library = libraryOf({ ...templates, other: statement() });
  const set = PermissionSet.from(Object.keys(templates), { library, variables: { bucket: 'notes' } });
  return set.generate(parseTenantId('acme'), { partition: 'aws' }).Statement;
}

describe('compact', () => {
  it('merges statements with equal Effect, Resource and Condition, also of different templates', () => {
    const condition = { Condition: { StringEquals: { k: ['{{tenant}}', 'b'] } } };
    expect(
      generate(
        statement(condition),
        statement({ Action: ['s3:PutObject', 's3:GetObject'], Condition: { StringEquals: { k: ['b', '{{tenant}}'] } } }),
      ),
    ).toEqual([
      {
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:PutObject'],
        Resource: 'arn:aws:s3:::notes/acme/*',
        Condition: { StringEquals: { k: ['acme', 'b'] } },
      },
    ]);
  });

  it.each([
    ['Effect', { Effect: 'Deny' }],
    ['Resource', { Resource: 'arn:aws:s3:::notes/{{tenant}}/in/*' }],
    ['Resource and NotResource', { Effect: 'Deny', Resource: undefined, NotResource: 'arn:aws:s3:::notes/{{tenant}}/*' }],
    ['Condition', { Condition: { StringEquals: { k: 'v' } } }],
  ])('does not merge statements that differ in %s', (_, changes) => {
    expect(generate(statement(), statement({ Action: 's3:PutObject', ...changes }))).toHaveLength(2);
  });

  it('does not merge statements whose conditions have the same words in different positions', () => {
    const of = (Condition: Statement['Condition']) => statement({ Action: 's3:PutObject', Condition });
    expect(
      generate(of({ StringEquals: { a: ['b', 'c'] } }), of({ StringLike: { a: ['b', 'c'] } }), of({ StringEquals: { a: 'b', c: 'c' } })),
    ).toHaveLength(3);
    expect(generate(of({ StringEquals: { a: 'b' } }), of({ StringEquals: { b: 'b' } }), of({ StringEquals: { a: 'a' } }))).toHaveLength(3);
    expect(generate(of({ StringEquals: { a: 'b,c' } }), of({ StringEquals: { a: ['b', 'c'] } }))).toHaveLength(2);
  });

  it('never merges Action with NotAction, or two different NotActions', () => {
    const not = (NotAction: string) => statement({ Action: undefined, NotAction });
    expect(generate(statement(), not('s3:GetObject'))).toHaveLength(2);
    expect(generate(not('s3:GetObject'), not('s3:PutObject'))).toHaveLength(2);
    expect(generate(not('s3:GetObject'), not('s3:GetObject'))).toHaveLength(1);
  });

  it('removes duplicates, and writes a list of one as a string', () => {
    expect(
      generate(statement({ Action: ['s3:GetObject', 's3:GetObject'], Resource: ['arn:aws:s3:::{{tenant}}', 'arn:aws:s3:::{{tenant}}'] })),
    ).toEqual([{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::acme' }]);
  });

  it('does not change what the statements allow and deny', () => {
    const some = <T>(...values: readonly T[]) => fc.subarray([...values], { minLength: 1 });
    const any: fc.Arbitrary<Statement> = fc
      .tuple(
        fc.constantFrom<'Allow' | 'Deny'>('Allow', 'Deny'),
        fc.boolean(),
        some('a', 'b', 'c'),
        fc.boolean(),
        some('r', 's'),
        fc.constantFrom(undefined, { E: { k: 'v' } }, { E: { k: ['v', 'w'] } }, { E: { l: 'v' } }, { L: { k: 'v' } }),
      )
      .map(([Effect, notAction, actions, notResource, resources, Condition]) => ({
        Effect,
        ...(notAction ? { NotAction: actions } : { Action: actions }),
        ...(notResource ? { NotResource: resources } : { Resource: resources }),
        ...(Condition === undefined ? {} : { Condition }),
      }));
    fc.assert(
      fc.property(fc.array(any, { maxLength: 6 }), (statements) => {
        const merged = compact(statements);
        for (const action of ['a', 'b', 'c', 'd'])
          for (const resource of ['r', 's', 't']) expect(effects(merged, action, resource)).toEqual(effects(statements, action, resource));
        expect(JSON.stringify(merged).length).toBeLessThanOrEqual(JSON.stringify(statements).length);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the limit of 2,048 characters', () => {
  /** A policy of a given size: the name of the folder fills it up. */
  function ofSize(size: number): PolicyGenerator {
    const library = libraryOf({
      x: { variables: { folder: { pattern: '[a-z]+' } }, Statement: statement({ Resource: 'arn:aws:s3:::notes/{{folder}}/{{tenant}}/*' }) },
    });
    const permit = (length: number) =>
      PolicyGenerator.generator(library)
        .permit('x', { folder: 'f'.repeat(length) })
        .tenant('acme');
    return permit(size - JSON.stringify(permit(1).generate()).length + 1);
  }

  it('accepts a policy of exactly 2,048 characters', () => {
    expect(ofSize(2048).generatePolicy()).toHaveLength(2048);
  });

  it('rejects a policy of 2,049 characters, with the size and the share of each template', () => {
    const oversized = ofSize(2049);
    expect(() => oversized.generatePolicy()).toThrow(PolicyTooLargeError);
    try {
      oversized.generatePolicy();
    } catch (error) {
      expect(error).toMatchObject({ code: 'policy_too_large', status: 500, detail: { size: 2049, limit: 2048, shares: { x: 2049 - 39 } } });
    }
    expect(JSON.stringify(oversized.generate())).toHaveLength(2049);
  });

  it('counts characters, not bytes', () => {
    const library = libraryOf({ x: statement({ Resource: `arn:aws:s3:::{{tenant}}/${'\u00e9'.repeat(1500)}` }) });
    const policy = PolicyGenerator.generator(library).permit('x').tenant('acme').generatePolicy();
    expect(Buffer.byteLength(policy)).toBeGreaterThan(2048);
    expect(policy.length).toBeLessThan(2048);
  });

  it('adds up the characters of all permissions of one template', () => {
    const set = PermissionSet.from(
      [...Array.from({ length: 12 }, (_, i) => ({ template: 'x', variables: { folder: `${'folder'.repeat(20)}${i}` } })), 'y'],
      {
        library: libraryOf({
          x: statement({ Resource: 'arn:aws:s3:::notes/{{folder}}/{{tenant}}/*' }),
          y: statement({ Resource: 'arn:aws:s3:::y/{{tenant}}' }),
        }),
      },
    );
    expect.assertions(3);
    try {
      set.generatePolicy(parseTenantId('acme'), { partition: 'aws' });
    } catch (error) {
      if (!(error instanceof PolicyTooLargeError)) throw error;
      const { size, shares } = error.detail as { size: number; shares: Record<string, number> };
      expect(Object.keys(shares)).toEqual(['x', 'y']);
      expect(shares.x).toBeGreaterThan(2048);
      // The document without statements has 39 characters, and the 13 statements have 12 commas between them.
      expect((shares.x ?? 0) + (shares.y ?? 0) + 39 + 12).toBe(size);
    }
  });
});

it('keeps the order of the templates', () => {
  expect(JSON.stringify(generate(statement(), statement({ Resource: 'arn:aws:s3:::{{tenant}}' })))).toMatch(/notes\/acme.*:::acme/);
});

/** The effects that statements have on a request, each with its condition. */
function effects(statements: readonly Statement[], action: string, resource: string): readonly string[] {
  const has = (values: Statement['Action'], value: string) => [values].flat().includes(value);
  const found = statements.flatMap(({ Effect, Action, NotAction, Resource, NotResource, Condition }) => {
    const acts = Action === undefined ? !has(NotAction, action) : has(Action, action);
    const reaches = Resource === undefined ? !has(NotResource, resource) : has(Resource, resource);
    return acts && reaches ? [JSON.stringify([Effect, Condition ?? {}])] : [];
  });
  return [...new Set(found)].toSorted();
}
