import { describe, expect, it } from 'vitest';
import { parseFormTree } from '../src/form-tree.ts';

const tree = (parameters: Record<string, string>) => parseFormTree(new Map(Object.entries(parameters)));

describe('parseFormTree', () => {
  it('reads structures, and lists in the order of their numbers', () => {
    const entries = { 'E.member.2.Id': 'b', 'E.member.1.Id': 'a', 'E.member.1.A.entry.1.Value.Type': 'x', Topic: 't' };
    expect(tree(entries)).toEqual({ E: [{ Id: 'a', A: [{ Value: { Type: 'x' } }] }, { Id: 'b' }], Topic: 't' });
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`L.member.${12 - i}`, String(12 - i)]));
    expect(tree(many)).toEqual({ L: Array.from({ length: 12 }, (_, i) => String(i + 1)) });
  });

  it('reads a structure with additional members as a structure', () => {
    expect(tree({ 'A.member': 'x' })).toEqual({ A: { member: 'x' } });
    expect(tree({ 'A.member.1': 'x', 'A.other': 'y' })).toEqual({ A: { member: { 1: 'x' }, other: 'y' } });
  });

  it.each<[string, Record<string, string>]>([
    ['a gap', { 'L.member.1': 'a', 'L.member.3': 'c' }],
    ['the number 0', { 'L.member.0': 'a' }],
    ['a number with a leading zero', { 'L.member.01': 'a' }],
    ['a sign', { 'L.member.+1': 'a' }],
    ['a name in place of a number', { 'L.member.one': 'a' }],
    ['more than 1,000 elements', Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`L.member.${i + 1}`, 'x']))],
  ])('rejects a list with %s', (_, parameters) => {
    expect(() => tree(parameters)).toThrow(expect.objectContaining({ code: 'MalformedQueryString', status: 400 }));
  });
});
