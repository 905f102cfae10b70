interface Node<Member> {
  readonly member: Member;
  previous: Node<Member> | undefined;
  next: Node<Member> | undefined;
}

/**
 * A queue whose members can leave at any time. `add`, `delete`, `shift` and `first` cost the same at any length. A Set does not
 * give that: entries deleted from its front stay in its table for a time, and each read of the first member skips all of them.
 */
export class LinkedQueue<Member> {
  readonly #nodes = new Map<Member, Node<Member>>();
  #first: Node<Member> | undefined;
  #last: Node<Member> | undefined;

  get size(): number {
    return this.#nodes.size;
  }

  get first(): Member | undefined {
    return this.#first?.member;
  }

  /** Adds a member at the end. A member that is in the queue already keeps its position. */
  add(member: Member): void {
    if (this.#nodes.has(member)) return;
    const node: Node<Member> = { member, previous: this.#last, next: undefined };
    this.#nodes.set(member, node);
    if (this.#last === undefined) this.#first = node;
    else this.#last.next = node;
    this.#last = node;
  }

  /** @returns whether the member was in the queue */
  delete(member: Member): boolean {
    const node = this.#nodes.get(member);
    if (node === undefined) return false;
    this.#nodes.delete(member);
    if (node.previous === undefined) this.#first = node.next;
    else node.previous.next = node.next;
    if (node.next === undefined) this.#last = node.previous;
    else node.next.previous = node.previous;
    return true;
  }

  /** Removes and returns the first member. */
  shift(): Member | undefined {
    const first = this.#first;
    if (first === undefined) return undefined;
    this.delete(first.member);
    return first.member;
  }

  /** Returns the first member that is accepted. */
  find(accepts: (member: Member) => boolean): Member | undefined {
    for (let node = this.#first; node !== undefined; node = node.next) if (accepts(node.member)) return node.member;
    return undefined;
  }
}
