interface Place<Member> {
  readonly member: Member;
  before: Place<Member> | undefined;
  behind: Place<Member> | undefined;
}

/**
 * Members in the order in which they came; each may step out at any time. Every operation costs the same however long
 * the line is. A Set does not give that: what is deleted from its front stays in its table for a time, and whoever
 * looks for the first member walks past all of it.
 */
export class Line<Member> {
  readonly #places = new Map<Member, Place<Member>>();
  #first: Place<Member> | undefined;
  #last: Place<Member> | undefined;

  get size(): number {
    return this.#places.size;
  }

  get first(): Member | undefined {
    return this.#first?.member;
  }

  /** Puts a member at the end; one that is in the line already keeps its place. */
  join(member: Member): void {
    if (this.#places.has(member)) return;
    const place: Place<Member> = { member, before: this.#last, behind: undefined };
    this.#places.set(member, place);
    if (this.#last === undefined) this.#first = place;
    else this.#last.behind = place;
    this.#last = place;
  }

  /** Takes a member out; `false` where it is not in the line. */
  quit(member: Member): boolean {
    const place = this.#places.get(member);
    if (place === undefined) return false;
    this.#places.delete(member);
    if (place.before === undefined) this.#first = place.behind;
    else place.before.behind = place.behind;
    if (place.behind === undefined) this.#last = place.before;
    else place.behind.before = place.before;
    return true;
  }

  /** The first member of which this holds. */
  find(holds: (member: Member) => boolean): Member | undefined {
    for (let place = this.#first; place !== undefined; place = place.behind) if (holds(place.member)) return place.member;
    return undefined;
  }
}
