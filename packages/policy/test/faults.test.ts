import { inspect } from 'node:util';
import { ConfigurationError, Faults, TemplateNotFoundError, TemplateSyntaxError, TemplateVariableError } from '@tenant-aws/policy';
import { describe, expect, it } from 'vitest';
import { refusal } from './fixtures.ts';

describe('Faults', () => {
  it('throws one ConfigurationError with everything found, or nothing', () => {
    const faults = new Faults();
    faults.throwIfAny();
    faults.add('`a` is wrong');
    faults.add('`b` is wrong');
    expect(faults.found).toEqual(['`a` is wrong', '`b` is wrong']);
    expect(refusal(() => faults.throwIfAny())).toEqual({
      code: 'configuration_invalid',
      faults: '`a` is wrong\n`b` is wrong',
      message: 'Tenant AWS is not configured:\n  - `a` is wrong\n  - `b` is wrong',
    });
  });

  it.each([
    new ConfigurationError(['one', 'two']),
    new TemplateNotFoundError(['one', 'two']),
    new TemplateSyntaxError(['one', 'two']),
    new TemplateVariableError(['one', 'two']),
  ])('takes the faults of an attempt: %s', (error) => {
    const faults = new Faults();
    const fail = (): number => {
      throw error;
    };
    expect(faults.attempt(fail)).toBeUndefined();
    expect(faults.attempt(fail)).toBeUndefined();
    expect(faults.attempt(() => 5)).toBe(5);
    expect(faults.found).toEqual(['one', 'two']);
    expect(() => faults.throwIfAny()).toThrow(ConfigurationError);
    expect(() => faults.throwFirst()).toThrow(error);
  });

  it('keeps the path of a fault, so that an attempt can rename the option', () => {
    const read = (): never => {
      const inner = new Faults();
      inner.integer('cache.max', 0, { min: 1 });
      inner.add('another fault');
      return inner.checked<never>(undefined);
    };
    const faults = new Faults();
    faults.attempt(read, ({ path, text }) => ({ path: path === '' ? 'first' : path.toUpperCase(), text }));
    expect(faults.found).toEqual(['`CACHE.MAX` must be a whole number of at least 1, not 0', '`first` another fault']);
  });

  it('returns a checked result, and throws where it is undefined or a fault was found', () => {
    const faults = new Faults();
    expect(faults.checked(5)).toBe(5);
    expect(refusal(() => faults.checked(undefined))).toMatchObject({ faults: 'the options cannot be read' });
    faults.option('a', 'is wrong');
    expect(refusal(() => faults.checked(5))).toMatchObject({ code: 'configuration_invalid', faults: '`a` is wrong' });
  });

  it('throws every other error', () => {
    const other = new TypeError('other');
    const faults = new Faults();
    expect(() =>
      faults.attempt(() => {
        throw other;
      }),
    ).toThrow(other);
    expect(faults.found).toEqual([]);
  });

  it('throws the error of the first attempt with the faults of all attempts', () => {
    const faults = new Faults();
    for (const error of [new TemplateVariableError(['one']), new TemplateNotFoundError(['two'])]) {
      faults.attempt(() => {
        throw error;
      });
    }
    expect(refusal(() => faults.throwFirst())).toMatchObject({ code: 'template_variable', faults: 'one\ntwo' });
    faults.add('three');
    expect(refusal(() => faults.throwFirst())).toMatchObject({ code: 'configuration_invalid', faults: 'one\ntwo\nthree' });
  });

  it('reports each fault once in a log, and keeps the cause', () => {
    const collected = (read: () => void) => () => {
      const faults = new Faults();
      faults.attempt(read);
      faults.throwIfAny();
    };
    const thrown = (error: Error) => () => {
      throw error;
    };
    const logOf = (read: () => void): string => {
      try {
        collected(collected(collected(read)))();
      } catch (error) {
        return inspect(error);
      }
      return '';
    };

    expect(logOf(thrown(new TemplateSyntaxError(['`x` is wrong']))).split('`x` is wrong')).toHaveLength(2);
    expect(logOf(thrown(new ConfigurationError(['`x` is wrong'], { cause: new RangeError('no such folder') })))).toContain(
      'no such folder',
    );
  });

  it('says where a name belongs that is an option of another function', () => {
    const faults = new Faults();
    faults.noneOf('cache', { eager: 1, egaer: 1, maxx: 1, colour: 1 }, ['max'], new Map([['eager', 'belongs to `gate()`']]));
    expect(faults.found).toEqual([
      '`cache.eager` is not an option here: it belongs to `gate()`',
      '`cache.egaer` is not an option: did you mean `eager`, which belongs to `gate()`?',
      '`cache.maxx` is not an option: did you mean `cache.max`?',
      '`cache.colour` is not an option',
    ]);
  });

  it('refuses unknown names, and suggests the nearest known name', () => {
    const faults = new Faults();
    faults.noneOf('cache', { maxx: 1, colour: 2 }, ['max', 'minimumRemainingMs']);
    faults.noneOf('', { rolearn: 1, x: 2 }, ['roleArn']);
    faults.noneOf('empty', {});
    expect(faults.found).toEqual([
      '`cache.maxx` is not an option: did you mean `cache.max`?',
      '`cache.colour` is not an option',
      '`rolearn` is not an option: did you mean `roleArn`?',
      '`x` is not an option',
    ]);
  });

  it.each([
    [1, { min: 1 }, undefined],
    [5, { min: 1, max: 5 }, undefined],
    [-3, {}, undefined],
    [0, { min: 1 }, '`n` must be a whole number of at least 1, not 0'],
    [6, { min: 1, max: 5 }, '`n` must be a whole number of at least 1 and at most 5, not 6'],
    [1.5, {}, '`n` must be a whole number, not 1.5'],
    [Number.NaN, {}, '`n` must be a whole number, not NaN'],
    [Number.POSITIVE_INFINITY, { min: 1 }, 'not Infinity'],
    ['10', { min: 1 }, '`n` must be a whole number of at least 1, not a string'],
    [[10], { min: 1 }, 'not an array'],
    [null, {}, 'not null'],
    [undefined, {}, 'not undefined'],
    [10n, {}, 'not a bigint'],
    [{}, {}, 'not an object'],
  ])('checks the integer %s within %j', (value, bounds, fault) => {
    const faults = new Faults();
    faults.integer('n', value, bounds);
    expect(faults.found).toEqual(fault === undefined ? [] : [expect.stringContaining(fault)]);
  });
});
