/** One value in a {@link Fifo}. */
export interface FifoNode<T> {
  readonly value: T;
  previous: FifoNode<T> | undefined;
  next: FifoNode<T> | undefined;
}

/** A queue from which any value can be removed. Every operation takes constant time, which an array or a `Set` does not give. */
export class Fifo<T> {
  #first: FifoNode<T> | undefined;
  #last: FifoNode<T> | undefined;

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  add(value: T): FifoNode<T> {
    const node: FifoNode<T> = { value, previous: this.#last, next: undefined };
    if (this.#last === undefined) this.#first = node;
    else this.#last.next = node;
    this.#last = node;
    return node;
  }

  /** Removes and returns the oldest value. */
  shift(): T | undefined {
    const first = this.#first;
    if (first !== undefined) this.remove(first);
    return first?.value;
  }

  /** @param node a node that is in this queue */
  remove({ previous, next }: FifoNode<T>): void {
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
  }
}
