import type BPlusTree from 'sorted-btree';
import { BTree } from '../../../sorted-btree.cjs';

/** A range of keys, in the notation of dynalite's store. */
export interface Range {
  readonly gt?: string;
  readonly gte?: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly reverse?: boolean;
}

type Tree = BPlusTree.default<string, string>;

/** Strings by key, in the order of the keys. A copy costs the same for every size: both maps share what neither changes. */
export class SortedMap {
  readonly #tree: Tree;

  constructor(tree: Tree = new BTree<string, string>(undefined, compare)) {
    this.#tree = tree;
  }

  get(key: string): string | undefined {
    return this.#tree.get(key);
  }

  set(key: string, value: string): void {
    this.#tree.set(key, value);
  }

  delete(key: string): void {
    this.#tree.delete(key);
  }

  keys(): Iterable<string> {
    return this.#tree.keys();
  }

  values(): Iterable<string> {
    return this.#tree.values();
  }

  copy(): SortedMap {
    return new SortedMap(this.#tree.clone());
  }

  /** The values of a range. It visits only those that the caller takes. */
  *range({ gt, gte, lt, lte, reverse = false }: Range): Iterable<string> {
    const isBelow = (key: string): boolean => (gt !== undefined && key <= gt) || (gte !== undefined && key < gte);
    const isAbove = (key: string): boolean => (lt !== undefined && key >= lt) || (lte !== undefined && key > lte);
    const [first, last] = [smallest(gt, gte), smallest(lt, lte)];
    const entries = reverse ? this.#tree.entriesReversed(last) : this.#tree.entries(first);
    const [isBefore, isAfter] = reverse ? [isAbove, isBelow] : [isBelow, isAbove];
    for (const [key, value] of entries) {
      if (isAfter(key)) return;
      if (!isBefore(key)) yield value;
    }
  }
}

/** A bound from which the search starts, not further than the smaller one. */
function smallest(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
