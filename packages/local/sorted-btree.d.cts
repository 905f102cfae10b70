import type BPlusTree from 'sorted-btree';

export const BTree: typeof BPlusTree;
