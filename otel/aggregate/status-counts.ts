import type { StatusCount } from '../query.ts';
import { NO_STATUS } from '../spans/operation-type.ts';

/** Not counted itself: it is what remains of all responses. */
const ORDINARY = 200;
/** For statuses beyond the cap and unknown ones; no server sends this value. */
export const OTHER_STATUS = 1;
const MAX_STATUSES = 32;
const MAX_CODE = 1000;

/** Responses by exact status, without the ordinary one: most buckets are empty. Bounded by MAX_STATUSES. */
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

  /** Alternating code and count. */
  flat(): readonly number[] {
    return this.#codes.flatMap((code, at) => [code, this.#counts[at]!]);
  }

  /** @param answers Number of responses; those without a count of their own are ordinary. Ascending by status, responses without a status last. */
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
