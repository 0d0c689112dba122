const MINUTE_NANOS = 60e9;
/** Longer parts of a kind's name are cut; a series has at most 255 characters. */
const MAX_PART_LENGTH = 256;

/** Remembers which kinds of failure have an example in this minute. When full, it takes none until the minute is over. */
export class StormExamples {
  readonly #maxKinds: number;
  readonly #kinds = new Set<string>();
  #minute = NaN;

  constructor(maxKinds: number) {
    this.#maxKinds = maxKinds;
  }

  get size(): number {
    return this.#kinds.size;
  }

  /** Returns true if this operation becomes the minute's example of its kind. */
  take(series: string, errorType: string, nowNanos: number): boolean {
    const minute = Math.floor(nowNanos / MINUTE_NANOS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#kinds.clear();
    }
    if (this.#kinds.size >= this.#maxKinds) return false;
    const kind = `${series.slice(0, MAX_PART_LENGTH)}\n${errorType.slice(0, MAX_PART_LENGTH)}`;
    if (this.#kinds.has(kind)) return false;
    this.#kinds.add(kind);
    return true;
  }
}
