/** More than a page asks. */
const MAX_ANSWERS = 8;

/** Answers to equal questions, until something has changed and at most for a short time: a page, its menu and its sentence ask the same. */
export class RecentAnswers<Answer> {
  readonly #now: () => number;
  readonly #freshMillis: number;
  readonly #answers = new Map<string, Answer>();
  #period = NaN;

  /** @param now Milliseconds of any clock. @param freshMillis The longest time that an answer is given again. */
  constructor(now: () => number, freshMillis = 1000) {
    this.#now = now;
    this.#freshMillis = freshMillis;
  }

  /** Cheap if nothing was asked. */
  forget(): void {
    if (this.#answers.size > 0) this.#answers.clear();
  }

  of(question: string, ask: () => Answer): Answer {
    const period = Math.floor(this.#now() / this.#freshMillis);
    if (period !== this.#period) this.forget();
    this.#period = period;
    const known = this.#answers.get(question);
    if (known !== undefined) return known;
    if (this.#answers.size >= MAX_ANSWERS) this.#answers.clear();
    const answer = ask();
    this.#answers.set(question, answer);
    return answer;
  }
}
