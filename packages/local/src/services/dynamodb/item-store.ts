import type { Attributes, IndexDescription, TableDescription } from './dynalite.ts';
import { validationError } from './errors.ts';
import { type Callback, KeyValueStore } from './key-value-store.ts';
import { type Range, SortedMap } from './sorted-map.ts';
import { ITEM_TOO_LARGE, itemFault } from './stored-item.ts';
import { TableIndex } from './table-index.ts';
import { stream, type ValueStream } from './value-stream.ts';

const UPDATED_ITEM_TOO_LARGE = 'Item size to update has exceeded the maximum allowed size';

/** A state of an {@link ItemStore}. */
export interface ItemSnapshot {
  readonly items: SortedMap;
  readonly indexes: ReadonlyMap<string, TableIndex>;
}

/** The items of one table, in the order of their keys, and its indexes. A page of a Query or a Scan costs the same for every size. */
export class ItemStore extends KeyValueStore<SortedMap> {
  /** An index is built when it is first read. */
  #indexes = new Map<string, TableIndex>();

  readonly #table: () => TableDescription | undefined;

  /** @param table the present description of the table */
  constructor(table: () => TableDescription | undefined) {
    super(new SortedMap());
    this.#table = table;
  }

  /** @throws {@link AwsError} 400 for an item that DynamoDB cannot store */
  override put(key: string, item: Attributes, done: Callback<never>): void {
    const fault = itemFault(item, this.#table());
    // The size of an item to put was checked before, so that a batch is not written in part.
    if (fault !== undefined) throw validationError(fault === ITEM_TOO_LARGE ? UPDATED_ITEM_TOO_LARGE : fault);
    this.#replace(key, item);
    super.put(key, item, done);
  }

  override del(key: string, done: Callback<never>): void {
    this.#replace(key, undefined);
    super.del(key, done);
  }

  /** The items of a range, as they are now. */
  createValueStream(range: Range): ValueStream {
    return stream(parsed(this.values.copy().range(range)));
  }

  /**
   * The items of a range of an index, as they are now.
   *
   * @param onWholeRead if present, the items have all attributes of the table, and it receives each with those of the index
   */
  readIndex(
    index: IndexDescription,
    table: TableDescription,
    range: Range,
    onWholeRead?: (whole: Attributes, projected: Attributes) => void,
  ): ValueStream {
    const [items, known] = [this.values.copy(), this.#indexOf(index, table).copy()];
    function* shown(): Iterable<Attributes> {
      for (const key of known.range(range)) {
        const item = JSON.parse(items.get(key) ?? '{}') as Attributes;
        const projected = known.projectionOf(item);
        onWholeRead?.(item, projected);
        yield onWholeRead === undefined ? projected : item;
      }
    }
    return stream(shown());
  }

  snapshot(): ItemSnapshot {
    return { items: this.values.copy(), indexes: new Map([...this.#indexes].map(([name, index]) => [name, index.copy()])) };
  }

  restore({ items, indexes }: ItemSnapshot): void {
    this.values = items;
    this.#indexes = new Map(indexes);
  }

  #replace(key: string, item: Attributes | undefined): void {
    if (this.#indexes.size === 0) return;
    const before = this.read(key) as Attributes | undefined;
    for (const index of this.#indexes.values()) index.replace(key, before, item);
  }

  #indexOf(index: IndexDescription, table: TableDescription): TableIndex {
    const known = this.#indexes.get(index.IndexName);
    if (known?.isOf(index, table)) return known;
    const built = TableIndex.of(index, table, this.#all());
    this.#indexes.set(index.IndexName, built);
    return built;
  }

  *#all(): Iterable<readonly [key: string, item: Attributes]> {
    for (const key of this.values.keys()) yield [key, this.read(key) as Attributes];
  }
}

function* parsed(texts: Iterable<string>): Iterable<unknown> {
  for (const text of texts) yield JSON.parse(text);
}
