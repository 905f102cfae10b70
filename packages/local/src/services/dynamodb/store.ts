import { EventEmitter } from 'node:events';
import { parseJson } from '@tenant-aws/policy/json';
import type { Attributes, TableDescription } from './dynalite.ts';
import { type ItemSnapshot, ItemStore } from './item-store.ts';
import { type Callback, KeyValueStore } from './key-value-store.ts';
import { type Range, SortedMap } from './sorted-map.ts';
import { indexesOf } from './table-index.ts';
import { stream, type ValueStream } from './value-stream.ts';

/** Whether dynalite will change a table from a timer: it is created, updated or deleted, or one of its indexes is. */
export function isChanging(table: TableDescription | undefined): boolean {
  const statuses = [table?.TableStatus, ...(table?.GlobalSecondaryIndexes ?? []).map(({ IndexStatus }) => IndexStatus)];
  return statuses.some((status) => status === 'CREATING' || status === 'UPDATING' || status === 'DELETING');
}

type OnRead = (whole: Attributes, projected: Attributes) => void;

/**
 * The store of dynalite's actions: in memory, with the interface of dynalite's own store.
 *
 * INVARIANT: every callback is called before the method returns. Therefore an action that reads and writes is atomic,
 * and so are a condition and its write. An exception reaches the caller of the action; in dynalite's own store it would
 * be uncaught and end the process. Only Query, Scan and ListTables, which read streams, complete later: they see the
 * data of the time of the call.
 */
export class MemoryStore {
  readonly options: Readonly<Record<string, number>> = {
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
    maxItemSizeKb: 400,
    maxItemSize: 400 * 1024,
  };
  readonly tableDb: TableDb;
  readonly #items = new Map<string, ItemStore>();

  constructor(account: string, region: string) {
    this.tableDb = new TableDb(account, region);
  }

  getTable(name: string, checkStatus: boolean | Callback<TableDescription>, done?: Callback<TableDescription>): void {
    const callback = typeof checkStatus === 'function' ? checkStatus : done;
    // Without a check of the status, an action changes the table that it gets.
    const table = checkStatus === false ? (this.tableDb.read(name) as TableDescription | undefined) : this.table(name);
    const absent = checkStatus !== false && (table?.TableStatus === 'CREATING' || table?.TableStatus === 'DELETING');
    if (table === undefined || absent) callback?.(notFound(name, checkStatus === false));
    else callback?.(null, table);
  }

  /** The present description of a table, frozen. */
  table(name: string): TableDescription | undefined {
    return this.tableDb.table(name);
  }

  getItemDb(table: string): ItemStore {
    const existing = this.#items.get(table);
    if (existing !== undefined) return existing;
    const created = new ItemStore(() => this.table(table));
    this.#items.set(table, created);
    return created;
  }

  getIndexDb(_kind: string, table: string, index: string): IndexView {
    return this.#indexView(table, index);
  }

  /**
   * The same store, with indexes that contain whole items.
   *
   * @param onRead receives each item in the order in which it is read, with the attributes that the index contains
   */
  withWholeItemsInIndexes(onRead: OnRead): object {
    return {
      options: this.options,
      getTable: this.getTable.bind(this),
      getItemDb: this.getItemDb.bind(this),
      getIndexDb: (_kind: string, table: string, index: string) => this.#indexView(table, index, onRead),
    };
  }

  deleteItemDb(table: string, done: Callback<never>): void {
    this.#items.delete(table);
    done(null);
  }

  deleteIndexDb(_kind: string, _table: string, _index: string, done: Callback<never>): void {
    done(null);
  }

  deleteTagDb(_table: string, done: Callback<never>): void {
    done(null);
  }

  /** Runs `work`, and undoes its writes if it throws. */
  atomically<T>(work: () => T): T {
    const before = new Map([...this.#items].map(([table, items]) => [table, items.snapshot()]));
    try {
      return work();
    } catch (error) {
      for (const [table, items] of this.#items) items.restore(before.get(table) ?? empty());
      throw error;
    }
  }

  #indexView(tableName: string, indexName: string, onWholeRead?: OnRead): IndexView {
    return new IndexView((range) => {
      const table = this.table(tableName);
      const index = table && indexesOf(table).find(({ IndexName }) => IndexName === indexName);
      if (table === undefined || index === undefined) return stream([]);
      return this.getItemDb(tableName).readIndex(index, table, range, onWholeRead);
    });
  }
}

/** An index of one table, with dynalite's interface. The items keep it up to date, so that it cannot differ from them. */
class IndexView {
  readonly #read: (range: Range) => ValueStream;

  constructor(read: (range: Range) => ValueStream) {
    this.#read = read;
  }

  put(_key: string, _item: unknown, done: Callback<never>): void {
    done(null);
  }

  del(_key: string, done: Callback<never>): void {
    done(null);
  }

  createValueStream(range: Range): ValueStream {
    return this.#read(range);
  }
}

class TableDb extends KeyValueStore<Map<string, string>> {
  readonly awsAccountId: string;
  readonly awsRegion: string;
  readonly #changes: EventEmitter = new EventEmitter().setMaxListeners(0);
  /** Each request reads the description several times. */
  readonly #frozen = new Map<string, TableDescription>();

  constructor(account: string, region: string) {
    super(new Map());
    this.awsAccountId = account;
    this.awsRegion = region;
  }

  table(name: string): TableDescription | undefined {
    const text = this.values.get(name);
    if (text === undefined) return undefined;
    const table = this.#frozen.get(name) ?? (parseJson(text, { maxDepth: 128, frozen: true }) as unknown as TableDescription);
    this.#frozen.set(name, table);
    return table;
  }

  override put(name: string, table: unknown, done: Callback<never>): void {
    this.#frozen.delete(name);
    super.put(name, table, done);
    this.#changes.emit('change');
  }

  override del(name: string, done: Callback<never>): void {
    this.#frozen.delete(name);
    super.del(name, done);
    this.#changes.emit('change');
  }

  createKeyStream(): ValueStream {
    return stream([...this.values.keys()].toSorted());
  }

  /** Waits until a table has no pending change: dynalite ends CREATING, UPDATING and DELETING from a timer. */
  async settled(name: string): Promise<void> {
    while (isChanging(this.read(name) as TableDescription | undefined))
      await new Promise<void>((resolve) => this.#changes.once('change', resolve));
  }
}

function notFound(name: string, named: boolean): Error {
  const message = `Requested resource not found${named ? `: Table: ${name} not found` : ''}`;
  const body = { __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException', message };
  return Object.assign(new Error(message), { statusCode: 400, body });
}

function empty(): ItemSnapshot {
  return { items: new SortedMap(), indexes: new Map() };
}
