/** A cache that is cleared when its stamp changes: a page with hundreds of spans asks about the same few series. */
export class Remembered<Key, Answer> {
  readonly #answers = new Map<Key, Answer>();
  #stamp: number | undefined;

  of(key: Key, stamp: number, find: () => Answer): Answer {
    if (stamp !== this.#stamp) this.#answers.clear();
    this.#stamp = stamp;
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const found = find();
    this.#answers.set(key, found);
    return found;
  }
}
