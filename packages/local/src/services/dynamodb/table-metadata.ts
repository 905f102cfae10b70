import type { TableDescription } from './dynalite.ts';

/** The tags of a table by key. */
export type Tags = ReadonlyMap<string, string>;

const NO_TAGS: Tags = new Map();

/**
 * The tags and the time to live of tables, which a description does not contain. They belong to the id of a table:
 * a table that is created later with the same name has neither.
 */
export class TableMetadata {
  readonly #tags = new Map<string, Tags>();
  /** The attributes that contain the time to live. */
  readonly #timeToLive = new Map<string, string>();

  tagsOf(table: TableDescription | undefined): Tags {
    return this.#tags.get(table?.TableId ?? '') ?? NO_TAGS;
  }

  setTags({ TableId }: TableDescription, tags: Tags): void {
    this.#tags.set(TableId, tags);
  }

  timeToLiveOf({ TableId }: TableDescription): string | undefined {
    return this.#timeToLive.get(TableId);
  }

  setTimeToLive({ TableId }: TableDescription, attribute: string | undefined): void {
    if (attribute === undefined) this.#timeToLive.delete(TableId);
    else this.#timeToLive.set(TableId, attribute);
  }

  delete({ TableId }: TableDescription): void {
    this.#tags.delete(TableId);
    this.#timeToLive.delete(TableId);
  }
}
