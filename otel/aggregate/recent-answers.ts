/** More than a page asks. */
const MAX_ANSWERS = 8;

/** Answers to equal questions, until something is counted and at most within a second: a page, its menu and its sentence ask the same. */
export class RecentAnswers<Answer> {
  readonly #now: () => number;
  readonly #answers = new Map<string, Answer>();

  /** @param now Epoch milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Cheap if nothing was asked. */
  forget(): void {
    if (this.#answers.size > 0) this.#answers.clear();
  }

  of(question: string, ask: () => Answer): Answer {
    const key = `${Math.floor(this.#now() / 1000)} ${question}`;
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    if (this.#answers.size >= MAX_ANSWERS) this.#answers.clear();
    const answer = ask();
    this.#answers.set(key, answer);
    return answer;
  }
}
