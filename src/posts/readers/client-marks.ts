import { hash, randomBytes } from 'node:crypto';

/** Of one day; about 10 MB of memory. A client has one for the blog and one for each post that it reads. */
const MAX_MARKS = 200_000;
/** A mark has 48 bits: of 200,000, fewer than one in 10,000 days meets another by chance. */
const MARK_BYTES = 6;
const SALT_BYTES = 32;

/** The marks of a day on disk. */
export interface StoredMarks {
  readonly salt: string;
  readonly marks: readonly number[];
}

/**
 * Tells clients of one day apart without storing an address: a mark is a hash of the day's salt, address and user agent. Without the salt,
 * which goes with the day, nobody can find out whose it was.
 */
export class ClientMarks {
  readonly salt: string;
  readonly #marks: Set<number>;
  readonly #max: number;

  constructor(stored?: StoredMarks, maxMarks = MAX_MARKS) {
    this.salt = stored?.salt ?? randomBytes(SALT_BYTES).toString('hex');
    this.#marks = new Set(stored?.marks);
    this.#max = maxMarks;
  }

  get isFull(): boolean {
    return this.#marks.size >= this.#max;
  }

  /** Of a client and what it saw: the blog, a post, a feed. */
  markOf(client: string, what: string): number {
    return hash('sha256', `${this.salt}\n${what}\n${client}`, 'buffer').readUIntBE(0, MARK_BYTES);
  }

  has(mark: number): boolean {
    return this.#marks.has(mark);
  }

  /** Returns false if it was there before, or there is no room for more. */
  add(mark: number): boolean {
    if (this.isFull || this.#marks.has(mark)) return false;
    this.#marks.add(mark);
    return true;
  }
}
