/** Numbers objects and symbols, so that a text can name them: the same one always has the same number. It keeps none of them alive. */
export class ObjectNumbers {
  readonly #numbers = new WeakMap<WeakKey, number>();
  #last = 0;

  of(value: WeakKey): number {
    let number = this.#numbers.get(value);
    if (number === undefined) {
      this.#last += 1;
      number = this.#last;
      this.#numbers.set(value, number);
    }
    return number;
  }
}
