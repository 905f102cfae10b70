import { type Attributes, db, type IndexDescription, type TableDescription } from './dynalite.ts';
import { type Range, SortedMap } from './sorted-map.ts';

/** An index: for each item that has the attributes of its key, the key of the item in the order of the index. */
export class TableIndex {
  readonly #index: IndexDescription;
  readonly #table: TableDescription;
  readonly #keys: SortedMap;
  /** The text of both descriptions. A deleted index can be created again with another key. */
  readonly #definition: string;

  private constructor(index: IndexDescription, table: TableDescription, keys: SortedMap) {
    this.#index = index;
    this.#table = table;
    this.#keys = keys;
    this.#definition = definitionOf(index, table);
  }

  static of(index: IndexDescription, table: TableDescription, items: Iterable<readonly [key: string, item: Attributes]>): TableIndex {
    const made = new TableIndex(index, table, new SortedMap());
    for (const [key, item] of items) made.replace(key, undefined, item);
    return made;
  }

  isOf(index: IndexDescription, table: TableDescription): boolean {
    return this.#definition === definitionOf(index, table);
  }

  copy(): TableIndex {
    return new TableIndex(this.#index, this.#table, this.#keys.copy());
  }

  /** Takes over a change of one item. */
  replace(itemKey: string, before: Attributes | undefined, after: Attributes | undefined): void {
    const old = before && this.#entryOf(before);
    if (old) this.#keys.delete(old.key);
    const now = after && this.#entryOf(after);
    if (now) this.#keys.set(now.key, itemKey);
  }

  /** The keys of the items in a range of this index. */
  range(range: Range): Iterable<string> {
    return this.#keys.range(range);
  }

  /** The attributes of an item that this index has. */
  projectionOf(item: Attributes): Attributes {
    const shown = this.#entryOf(item)?.item ?? {};
    return Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== undefined)); // dynalite adds those that the item does not have
  }

  #entryOf(item: Attributes): { readonly key: string; readonly item: Attributes } | undefined {
    return db.getIndexActions([this.#index], undefined, item, this.#table).puts[0];
  }
}

/** The local and global indexes of a table. */
export function indexesOf(table: Pick<TableDescription, 'LocalSecondaryIndexes' | 'GlobalSecondaryIndexes'>): readonly IndexDescription[] {
  return [...(table.LocalSecondaryIndexes ?? []), ...(table.GlobalSecondaryIndexes ?? [])];
}

function definitionOf({ KeySchema, Projection }: IndexDescription, { AttributeDefinitions, TableId }: TableDescription): string {
  return JSON.stringify([TableId, KeySchema, Projection, AttributeDefinitions]);
}
