import type { StatusCount } from '../query.ts';
import { NO_STATUS } from '../spans/operation-type.ts';

/** Not held as a count of its own: it is what is left of all answers. */
const ORDINARY = 200;
/** Stands for statuses beyond the cap, and for those that nobody noted; no server sends it. */
export const OTHER_STATUS = 1;
const MAX_STATUSES = 32;
const MAX_CODE = 1000;

/** Answers by exact status, but for the ordinary one: most buckets hold nothing here. Bounded by MAX_STATUSES. */
export class StatusCounts {
  readonly #codes: number[] = [];
  readonly #counts: number[] = [];

  add(code: number, count: number): void {
    if (code === ORDINARY) return;
    const at = this.#codes.indexOf(code);
    if (at >= 0) this.#counts[at]! += count;
    else if (this.#codes.length < MAX_STATUSES || code === OTHER_STATUS) {
      this.#codes.push(code);
      this.#counts.push(count);
    } else this.add(OTHER_STATUS, count);
  }

  merge(other: StatusCounts): void {
    for (let i = 0; i < other.#codes.length; i++) this.add(other.#codes[i]!, other.#counts[i]!);
  }

  reset(): void {
    this.#codes.length = 0;
    this.#counts.length = 0;
  }

  /** Code and count by turns. */
  flat(): readonly number[] {
    return this.#codes.flatMap((code, at) => [code, this.#counts[at]!]);
  }

  /** @param answers All of them; those without a count of their own are ordinary. By status, ascending; those without one last. */
  of(answers: number): readonly StatusCount[] {
    const rows = this.#codes.map((code, at): StatusCount => ({
      status: named(code),
      count: this.#counts[at]!,
    }));
    const ordinary = answers - rows.reduce((sum, { count }) => sum + count, 0);
    if (ordinary > 0) rows.push({ status: ORDINARY, count: ordinary });
    return rows.sort((a, b) => rankOf(a) - rankOf(b));
  }
}

function named(code: number): StatusCount['status'] {
  return code === NO_STATUS ? 'none' : code === OTHER_STATUS ? 'other' : code;
}

function rankOf({ status }: StatusCount): number {
  return typeof status === 'number' ? status : MAX_CODE;
}
