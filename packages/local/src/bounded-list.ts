/**
 * Appends to a live array of the public API. Drops the oldest tenth when the array is full: this limits the memory of a process that
 * runs for weeks.
 */
export function appendBounded<Item>(list: Item[], item: Item, max: number): void {
  if (list.length >= max) list.splice(0, Math.ceil(max / 10));
  list.push(item);
}
